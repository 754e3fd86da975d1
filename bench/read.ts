/** Reading configuration: what a client asks for most often, and what has to stay cheap at any number of tenants. */
import type { Bench } from './bench.ts'
import { type Request, recordAnswer } from './exchange.ts'
import type { Comparison } from './measure.ts'

const WHOLE = '/api/v1/config'
const ONE_VALUE = '/api/v1/config/limits/requests/per_minute'

const get = (path: string, tenant: string, headers: Request['headers'] = {}): Request => ({
  method: 'GET',
  path,
  headers: { 'X-Tenant-ID': tenant, ...headers },
})

export const read: Bench = async ({ origin, fixture: { starterTenant, tenants } }) => {
  const first = tenants[0]!
  const { headers } = await recordAnswer(origin, get(WHOLE, first), 200)
  const etag = Object.entries(headers).find(([name]) => name.toLowerCase() === 'etag')?.[1] ?? ''
  return [
    { work: 'the whole config, starter', status: 200, requests: [get(WHOLE, starterTenant)] },
    { work: 'the whole config, one tenant', status: 200, requests: [get(WHOLE, first)] },
    { work: 'one value, one tenant', status: 200, requests: [get(ONE_VALUE, first)] },
    { work: '304 by If-None-Match', status: 304, requests: [get(WHOLE, first, { 'If-None-Match': etag })] },
    spread('the whole config, random tenants', WHOLE, tenants),
    spread('one value, random tenants', ONE_VALUE, tenants),
  ]
}

const spread = (work: string, path: string, [first = '', ...rest]: readonly string[]): Comparison => ({
  work,
  status: 200,
  requests: [get(path, first), ...rest.map((tenant) => get(path, tenant))],
})
