/**
 * `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a write that is sent twice is done once, and answered
 * twice. Around the handler, which knows nothing of it.
 * Invariants: a key belongs to one tenant and caller; a failure of ours (5xx) is never kept; a process that dies with a
 * key in hand blocks it for a lease, not for ever. A request without the header pays for one look at its headers.
 */
import { randomUUID } from 'node:crypto'
import { type Actor, actorName } from '../access/actor.ts'
import type { Claim, IdempotencyStore, KeyOwner, StoredAnswer } from '../idempotency/store.ts'
import type { Clock } from '../kernel/clock.ts'
import { AppError } from '../kernel/errors.ts'
import type { TenantId } from '../kernel/ids.ts'
import { readBodyText } from './body.ts'
import { answer, type Ctx, type Reply, requestHeader } from './exchange.ts'
import { problemReply } from './problem.ts'
import type { Answer } from './route.ts'

/** @param caller.tenant null where the route is not of one tenant */
export type Idempotency = (c: Ctx, caller: { tenant: TenantId | null; actor: Actor }, handle: () => Answer) => Answer

/** What a request takes beside its handler's work: its body on the wire, a wait for the database. */
const LEASE_MARGIN_MS = 30_000
const KEPT_MS = 24 * 3_600_000
const MAX_ANSWER_BYTES = 128 * 1024
/** Printable ASCII; the draft's quotation marks may be there or not. */
const KEY = /^[\x21-\x7e]{1,255}$/
/** What was refused for who asked or how often, not for what was asked: the same request may do better later. */
const NOT_KEPT: ReadonlySet<number> = new Set([401, 403, 408, 429])
/** Headers that belong to what was done, not to the exchange in which it was said. */
const KEPT_HEADERS = [
  'Content-Type',
  'Cache-Control',
  'Location',
  'ETag',
  'X-Config-Revision',
  'X-Config-Degraded',
  'Vary',
] as const

/** @param longestRequestMs what a handler may take: a key is held for that long, and somewhat longer */
export function createIdempotency({
  store,
  digest,
  clock,
  longestRequestMs,
}: {
  store: IdempotencyStore
  /** What is kept of a key or a request, which may hold secrets. */
  digest: (text: string) => string
  clock: Pick<Clock, 'now'>
  longestRequestMs: number
}): Idempotency {
  const leaseMs = longestRequestMs + LEASE_MARGIN_MS
  return (c, caller, handle) => {
    const key = requestHeader(c, 'idempotency-key')
    return key === undefined ? handle() : once(c, ownerOf(caller, key), handle)
  }

  /** @throws AppError `idempotency-key-invalid` */
  function ownerOf({ tenant, actor }: { tenant: TenantId | null; actor: Actor }, key: string): KeyOwner {
    if (!KEY.test(key)) {
      throw new AppError('idempotency-key-invalid', {
        detail: 'Idempotency-Key must be 1 to 255 printable ASCII characters without spaces, such as a UUID.',
      })
    }
    return { tenant: tenant ?? '', actor: actorName(actor), keyHash: digest(key) }
  }

  async function once(c: Ctx, owner: KeyOwner, handle: () => Answer): Promise<Reply> {
    const holder = randomUUID()
    const now = clock.now()
    const fingerprint = digest(requestText(c, await readBodyText(c)))
    const times = { now, leaseUntil: now + leaseMs, expiresAt: now + KEPT_MS }
    const claim = await store.claim(owner, { fingerprint, holder, ...times })
    if (claim.kind !== 'held') return replay(c, claim)
    const keep = async (reply: Reply): Promise<Reply> => {
      if (isKept(reply.status)) {
        // Routes that take a key answer with a text, or nothing.
        const body = typeof reply.body === 'string' ? reply.body : ''
        const answer = { status: reply.status, headers: keptHeaders(reply), body }
        const fits = Buffer.byteLength(body) <= MAX_ANSWER_BYTES
        await store.answer(owner, { holder, now: clock.now(), answer: fits ? answer : null })
      } else await store.release(owner, holder)
      return reply
    }
    let reply: Reply
    try {
      reply = await handle()
    } catch (error) {
      if (error instanceof AppError) await keep(problemReply(c, error))
      else await store.release(owner, holder)
      throw error
    }
    return keep(reply)
  }
}

const isKept = (status: number): boolean => status < 500 && !NOT_KEPT.has(status)

/** By what two requests are the same. */
const requestText = (c: Ctx, body: string): string => `${c.method} ${c.path}${c.search}\n${body}`

const keptHeaders = ({ headers }: Reply): StoredAnswer['headers'] =>
  Object.fromEntries(KEPT_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])))

function replay(c: Ctx, claim: Exclude<Claim, { kind: 'held' }>): Reply {
  if (claim.kind !== 'answered') throw REFUSALS[claim.kind]()
  const { status, headers, body } = claim.answer
  const all = { ...headers, 'Idempotency-Replayed': 'true' }
  return answer(c, body === '' ? null : body, 'application/json', { status, headers: all })
}

const RETRY_SECONDS = '1'

const REFUSALS: Readonly<Record<Exclude<Claim['kind'], 'held' | 'answered'>, () => AppError>> = {
  'under-way': () =>
    new AppError('idempotency-conflict', {
      detail: 'A request with this Idempotency-Key is under way; send it again for the answer.',
      headers: { 'Retry-After': RETRY_SECONDS },
    }),
  'answer-gone': () =>
    new AppError('idempotency-conflict', {
      detail:
        'The request with this Idempotency-Key was done, but its answer was too large to keep; read what it made.',
    }),
  'other-request': () =>
    new AppError('idempotency-key-reused', {
      detail: 'This Idempotency-Key came with another method, path or body before; make a new key for a new request.',
    }),
}
