/**
 * The rules of a server that trusts a header. It is bound to loopback, but a browser on the same machine reaches it too:
 * - a `Host` that is no loopback name is a rebound DNS name, and is refused;
 * - a page of another site may not make it act (`Origin`, `Sec-Fetch-Site`);
 * - a request that a proxy passed on came from elsewhere, and its X-Tenant-ID proves nothing (authentication.ts).
 */
import { AppError } from '../kernel/errors.ts'
import { type Ctx, headerStartingWith, requestHeader } from './exchange.ts'

const LOOPBACK_HOST = /^(?:localhost|(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i
const OWN_SITES: ReadonlySet<string> = new Set(['same-origin', 'none'])

/** @throws AppError `forbidden-host` */
export function refuseForeignHost(c: Ctx): void {
  const host = requestHeader(c, 'host')
  if (host === undefined || LOOPBACK_HOST.test(host)) return
  throw new AppError('forbidden-host', { detail: 'This server answers to localhost, 127.0.0.1 and [::1] only.' })
}

/**
 * Refuses what a page of another site sends.
 * @param schemes of the pages of this server: behind a proxy that ends TLS they are `https`, which is the proxy's to know
 * @throws AppError `forbidden-origin`
 */
export const foreignPageRefusal =
  (schemes: readonly ('http' | 'https')[]) =>
  (c: Ctx): void => {
    const site = requestHeader(c, 'sec-fetch-site')
    const origin = requestHeader(c, 'origin')
    if (site === undefined && origin === undefined) return
    const host = requestHeader(c, 'host')
    const isOwnOrigin = origin === undefined || schemes.some((scheme) => origin === `${scheme}://${host}`)
    if (isOwnOrigin && (site === undefined || OWN_SITES.has(site))) return
    throw new AppError('forbidden-origin', { detail: 'Only pages of this server itself may send this request.' })
  }

/** The header by which a proxy says that it passed the request on. */
export const forwardingHeader = (c: Ctx): string | undefined =>
  ['forwarded', 'via'].find((name) => requestHeader(c, name) !== undefined) ?? headerStartingWith(c, 'x-forwarded-')
