/** What can be done with keys: issued, listed, rotated, revoked, imported. Whoever calls has checked the right to. */
import type { Clock } from '../../kernel/clock.ts'
import { AppError } from '../../kernel/errors.ts'
import { type Actor, actorName, type Origin } from '../actor.ts'
import { mayGrant } from '../rights.ts'
import type { KeyDigests } from './digest.ts'
import { type ApiKey, adoptKey, type Issued, issueKey, type KeyGrant } from './key.ts'
import type { KeyLookup, KeyOwner, KeyStore } from './store.ts'

/** How long a rotated key goes on to work: none at all, or so many milliseconds. */
export type Grace = { kind: 'none' } | { kind: 'ms'; ms: number }

/** A key of another service, and what it allows. */
export type ForeignKey = { text: string; grant: KeyGrant }

export type Keys = {
  /** The key for `grant`, not stored yet: for a transaction that makes more than the key. @throws AppError `access-denied` */
  prepare(grant: KeyGrant, origin: Origin): Issued
  /**
   * @throws AppError `access-denied` where the grant is more than the caller has; `body-invalid` where it is more than
   *   the user has whom it is for, or the tenant has no such user
   */
  create(grant: KeyGrant, origin: Origin): Promise<Issued>
  /** @throws AppError `key-not-found` */
  require(owner: KeyOwner, id: string): Promise<ApiKey>
  list(owner: KeyOwner, page: { after: string; limit: number }): Promise<ApiKey[]>
  /** @throws AppError `key-not-found`, `key-not-active`, `access-denied` */
  rotate(owner: KeyOwner, id: string, grace: Grace, origin: Origin): Promise<Issued>
  /** In this process the key is dead when this resolves. @throws AppError `key-not-found`, `access-denied` */
  revoke(owner: KeyOwner, id: string, origin: Origin): Promise<ApiKey>
  /** Keys of other services as they would be stored. */
  adopted(keys: readonly ForeignKey[], origin: Origin): ApiKey[]
  /** Stores what `adopted` gave, all or nothing. */
  add(keys: readonly ApiKey[], origin: Origin): Promise<void>
  /** Whose it is, for the command line, which has no tenant to go by. */
  find(id: string): ApiKey | undefined
}

export function createKeys({
  store,
  lookup,
  digests,
  clock,
  environment,
}: {
  store: KeyStore
  lookup: KeyLookup
  digests: KeyDigests
  clock: Pick<Clock, 'now'>
  environment: string
}): Keys {
  const issue = (grant: KeyGrant, { actor }: Origin): Issued =>
    issueKey(grant, { environment, digests, nowMs: clock.now(), by: actorName(actor) })

  function prepare(grant: KeyGrant, origin: Origin): Issued {
    requireGrantable(origin.actor, grant)
    return issue(grant, origin)
  }

  async function require(owner: KeyOwner, id: string): Promise<ApiKey> {
    const key = await store.find(owner, id)
    if (key) return key
    throw new AppError('key-not-found', { detail: 'There is no such key here.' })
  }

  return {
    prepare,
    require,

    async create(grant, origin) {
      const issued = prepare(grant, origin)
      await store.add([issued.key], origin)
      return issued
    },

    list: (owner, page) => store.list(owner, page),

    async rotate(owner, id, grace, origin) {
      const old = await require(owner, id)
      requireGrantable(origin.actor, old)
      const nowMs = clock.now()
      const issued = issue({ ...old, expiresAt: renewedEnd(old, nowMs) }, origin)
      const endsAt = Math.min(nowMs + (grace.kind === 'ms' ? grace.ms : 0), old.expiresAt ?? Number.POSITIVE_INFINITY)
      const won = await store.replace(owner, id, { by: issued.key, endsAt, atMs: nowMs }, origin)
      lookup.forget(id)
      if (won) return issued
      throw new AppError('key-not-active', {
        detail: 'This key has been rotated or revoked, or has expired; GET it to see which.',
      })
    },

    async revoke(owner, id, origin) {
      requireGrantable(origin.actor, await require(owner, id))
      const key = await store.revoke(owner, id, clock.now(), origin)
      lookup.forget(id)
      return key ?? require(owner, id)
    },

    adopted: (keys, { actor }) =>
      keys.map(({ text, grant }) => adoptKey(text, grant, { digests, nowMs: clock.now(), by: actorName(actor) })),

    async add(keys, origin) {
      await store.add(keys, origin)
      for (const { id } of keys) lookup.forget(id)
    },

    find: (id) => lookup.find(id),
  }
}

/** A key with an end is renewed for as long as it was given at first. */
const renewedEnd = ({ expiresAt, createdAt }: ApiKey, nowMs: number): number | null =>
  expiresAt === null ? null : nowMs + (expiresAt - createdAt)

/** Nobody makes, renews or ends a key that can do more than they can. @throws AppError `access-denied` */
function requireGrantable(actor: Actor, grant: Pick<KeyGrant, 'role' | 'scopes'>): void {
  if (mayGrant(actor, grant)) return
  const own = actor.kind === 'key' ? `the role "${actor.role}" and the scopes ${actor.scopes.join(', ')}` : 'none'
  throw new AppError('access-denied', {
    detail: `A key has power over keys within its own role and scopes only; this one has ${own}.`,
    data: { right: 'keys:write' },
  })
}
