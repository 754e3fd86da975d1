/**
 * Answers under idempotency keys.
 * Invariants: of two claims at once one holds the key, in this process or another; answers are encrypted, as some hold a
 * secret that is shown once; a tenant keeps at most `KEYS_PER_TENANT`.
 */
import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import type { ExpressionBuilder, Kysely, Transaction } from 'kysely'
import type { Claim, IdempotencyStore, KeyOwner, StoredAnswer } from '../idempotency/store.ts'
import { KEY_BYTES, open, seal } from '../secrets/cipher.ts'
import type { Database } from './schema.ts'

/** Past it those that expire first are forgotten; those under way stay. */
const KEYS_PER_TENANT = 10_000

/** The key that encrypts answers, made of the installation's pepper. */
export const answerKey = (pepper: Uint8Array): KeyObject => keyFor('espalier idempotent answers', pepper)

/**
 * What is kept of keys and requests, as hexadecimal digits: an HMAC under a key made of the pepper, so that a copy of the
 * database lets nobody test what a body may have been.
 */
export function requestDigest(pepper: Uint8Array): (text: string) => string {
  const key = keyFor('espalier idempotent requests', pepper)
  return (text) => createHmac('sha256', key).update(text).digest('hex')
}

/** HKDF, RFC 5869: one key for each purpose. */
const keyFor = (purpose: string, pepper: Uint8Array): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', pepper, '', purpose, KEY_BYTES)))

/** @param key encrypts the answers (AES-256) */
export function idempotencyStore(db: Kysely<Database>, key: KeyObject): IdempotencyStore {
  /** The row, as long as nothing was answered and `holder` has it. */
  const held = (owner: KeyOwner, holder: string) => (eb: Eb) =>
    eb.and({ ...idOf(owner), holder }).and('answered_at', 'is', null)

  return {
    claim: (owner, request) =>
      db.transaction().execute(async (transaction) => {
        const { fingerprint, holder, now, leaseUntil, expiresAt } = request
        const row = { ...idOf(owner), fingerprint, holder, lease_until: leaseUntil, expires_at: expiresAt }
        await transaction.deleteFrom('idempotency').where('expires_at', '<=', now).execute()
        const taken = await transaction
          .insertInto('idempotency')
          .values({ ...row, answered_at: null, sealed_answer: null })
          .onConflict((conflict) =>
            conflict
              .columns(['tenant', 'actor', 'key_hash'])
              .doUpdateSet({ holder, lease_until: leaseUntil, expires_at: expiresAt })
              .where('idempotency.answered_at', 'is', null)
              .where('idempotency.lease_until', '<=', now)
              .where('idempotency.fingerprint', '=', fingerprint),
          )
          .returning('holder')
          .executeTakeFirst()
        if (!taken) return standing(transaction, owner, fingerprint)
        await makeRoom(transaction, owner.tenant)
        return { kind: 'held' }
      }),

    async answer(owner, { holder, now, answer }) {
      const plain = answer && Buffer.from(JSON.stringify(answer))
      const sealed_answer = plain && seal(key, { plain, place: placeOf(owner) }, randomBytes)
      await db.updateTable('idempotency').set({ answered_at: now, sealed_answer }).where(held(owner, holder)).execute()
    },

    async release(owner, holder) {
      await db.deleteFrom('idempotency').where(held(owner, holder)).execute()
    },
  }

  async function standing(db: Transaction<Database>, owner: KeyOwner, fingerprint: string): Promise<Claim> {
    const row = await db
      .selectFrom('idempotency')
      .select(['fingerprint', 'answered_at', 'sealed_answer'])
      .where((eb) => eb.and(idOf(owner)))
      .executeTakeFirstOrThrow()
    if (row.fingerprint !== fingerprint) return { kind: 'other-request' }
    if (row.answered_at === null) return { kind: 'under-way' }
    const plain =
      row.sealed_answer === null ? undefined : open(key, { sealed: row.sealed_answer, place: placeOf(owner) })
    return plain ? { kind: 'answered', answer: JSON.parse(plain.toString()) as StoredAnswer } : { kind: 'answer-gone' }
  }
}

type Eb = ExpressionBuilder<Database, 'idempotency'>

const idOf = ({ tenant, actor, keyHash }: KeyOwner) => ({ tenant, actor, key_hash: keyHash })

/** What an answer belongs to: moved into another row, it does not open. */
const placeOf = ({ tenant, actor, keyHash }: KeyOwner): string => `idempotency|${tenant}|${actor}|${keyHash}`

async function makeRoom(db: Transaction<Database>, tenant: string): Promise<void> {
  await db
    .deleteFrom('idempotency')
    .where('tenant', '=', tenant)
    .where('answered_at', 'is not', null)
    .where('expires_at', '<=', (eb) =>
      eb
        .selectFrom('idempotency as all')
        .select('all.expires_at')
        .where('all.tenant', '=', tenant)
        .orderBy('all.expires_at', 'desc')
        .limit(1)
        .offset(KEYS_PER_TENANT),
    )
    .execute()
}
