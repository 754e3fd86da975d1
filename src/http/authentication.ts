/**
 * Who asks. Invariants: a request without a credential is trusted only on a server that nobody but this machine can
 * reach, and only where no proxy passed it on; a credential that is presented decides, and a bad one is never overlooked
 * in favour of trust; what is wrong with it is told to the audit trail, and to the caller never.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Actor, Origin } from '../access/actor.ts'
import { actorOf } from '../access/keys/key.ts'
import type { KeyVerifier } from '../access/keys/verify.ts'
import { AppError } from '../kernel/errors.ts'
import { type Ctx, requestHeader } from './exchange.ts'
import { forwardingHeader } from './loopback.ts'

export type Authenticate = (c: Ctx) => Actor | Promise<Actor>

const LOCAL: Actor = { kind: 'local' }
const ADMIN: Actor = { kind: 'admin-token' }

export function createAuthentication({
  verifyKey,
  adminToken,
  trust,
}: {
  verifyKey: KeyVerifier
  adminToken: string | undefined
  /** Whether a request without a credential is believed: `this-machine` needs a server that is bound to loopback. */
  trust: 'this-machine' | 'credentials-only'
}): Authenticate {
  const adminDigest = adminToken === undefined ? undefined : sha256(adminToken)

  return (c) => {
    const presented = presentedBy(c)
    if (presented === undefined) {
      if (trust === 'credentials-only') throw required('This server answers to credentials only.')
      const header = forwardingHeader(c)
      if (header === undefined) return LOCAL
      throw required(`A proxy passed this request on (header "${header}"), so X-Tenant-ID alone proves nothing.`)
    }
    if (adminDigest && presented.isBearer && timingSafeEqual(sha256(presented.text), adminDigest)) return ADMIN
    const verdict = verifyKey(presented.text, c.incoming.socket)
    if (verdict.kind === 'key') return actorOf(verdict.key)
    throw invalid(verdict.reason)
  }
}

type Presented = { text: string; isBearer: boolean }

const BEARER = /^bearer +(?<text>\S+) *$/i

/** @throws AppError `credentials-invalid` where two headers disagree, or one is not of a form that is known here */
function presentedBy(c: Ctx): Presented | undefined {
  const authorization = requestHeader(c, 'authorization')
  const key = requestHeader(c, 'x-api-key')
  if (authorization === undefined) return key === undefined ? undefined : { text: key, isBearer: false }
  const text = BEARER.exec(authorization)?.groups?.text
  if (text === undefined) throw invalid('not a bearer token')
  if (key !== undefined && key !== text) throw invalid('two credentials')
  return { text, isBearer: true }
}

/** Digests are of one length, so that a comparison tells nothing of the length either. */
const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

const required = (reason: string): AppError =>
  new AppError('credentials-required', {
    detail: `${reason} Send an API key: Authorization: Bearer esp_...`,
    headers: { 'WWW-Authenticate': 'Bearer' },
  })

const invalid = (internal: string): AppError =>
  new AppError('credentials-invalid', {
    detail: 'This credential is not valid here.',
    internal,
    headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
  })

/** Who asked, by which request and from where, as the audit trail has it. */
export const originOf = (c: Ctx, actor: Actor): Origin => ({
  actor,
  requestId: c.requestId,
  address: c.incoming.socket.remoteAddress ?? null,
})
