/**
 * Knowing a key among 100,000, in this process: the text of a random key to the key that it is, as every request does it.
 * The rival keeps no memory: one read of a primary key and one HMAC, written plainly.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createKeyDigests } from '../src/access/keys/digest.ts'
import { type Issued, issueKey, SCOPES_OF_ROLE } from '../src/access/keys/key.ts'
import { createKeyVerifier, type KeyVerifier } from '../src/access/keys/verify.ts'
import { systemClock } from '../src/kernel/clock.ts'
import type { TenantId } from '../src/kernel/ids.ts'
import { keyLookup } from '../src/storage/keys/key-lookup.ts'
import { toKeyRow } from '../src/storage/keys/key-row.ts'
import { openSqlite, type Storage } from '../src/storage/sqlite.ts'
import type { Options } from './options.ts'
import { type Row, rowOf, type Sample } from './report.ts'

const KEYS = 100_000
export const KEY_TENANTS = 1_000
/** Kept in memory by a server whose clients are the same all day. */
const BUSY_KEYS = 1_000
const LOOKUPS = 20_000
const P99 = 0.99

type Verify = (text: string) => boolean
type Measuring = Pick<Options, 'rounds'> & { progress(text: string): void }

/** @throws Error where a wrong checksum reads the database, or a key is not known */
export async function keys(measuring: Measuring): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-bench-keys-'))
  const storage = await openSqlite(join(folder, 'keys.sqlite'))
  const pepper = randomBytes(32)
  try {
    measuring.progress(`${KEYS} keys`)
    const texts = await fill(storage, pepper)
    const { verify, reads, close } = ours(storage, pepper)
    const rival = plainLookup(storage, pepper)
    requireNoRead(verify, reads, texts)
    const known: Verify = (text) => verify(text).kind === 'key'
    const busy = texts.slice(0, BUSY_KEYS)
    const rows = [
      ...compare('any of 100,000 keys', texts, { known, rival }, measuring),
      ...compare('1,000 busy keys', busy, { known, rival }, measuring),
      ...compare('wrong checksums', texts.map(damaged), { known: not(known), rival: not(rival) }, measuring),
    ]
    close()
    return rows
  } finally {
    await storage.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function fill(storage: Storage, pepper: Uint8Array): Promise<string[]> {
  const digests = createKeyDigests(pepper)
  const issued = Array.from({ length: KEYS }, (_, index): Issued => {
    const tenant = `tenant-${index % KEY_TENANTS}` as TenantId
    const grant = { tenant, name: 'bench', role: 'member', scopes: SCOPES_OF_ROLE.member } as const
    return issueKey(
      { ...grant, userId: null, rateLimit: null, expiresAt: null },
      { environment: 'live', digests, nowMs: Date.now(), by: 'bench' },
    )
  })
  await storage.db.transaction().execute(async (transaction) => {
    for (const { key } of issued) await transaction.insertInto('api_key').values(toKeyRow(key)).execute()
  })
  return issued.map(({ text }) => text)
}

function ours(storage: Storage, pepper: Uint8Array): { verify: KeyVerifier; reads(): number; close(): void } {
  let reads = 0
  const lookup = keyLookup(storage, {
    clock: systemClock,
    onRead: () => {
      reads += 1
    },
  })
  const verify = createKeyVerifier({ lookup, digests: createKeyDigests(pepper), clock: systemClock, onUse: () => {} })
  return { verify, reads: () => reads, close: lookup.close }
}

function plainLookup({ sqlite }: Storage, pepper: Uint8Array): Verify {
  const select = sqlite.prepare<[string], { digest: string }>('select * from api_key where id = ?')
  return (text) => {
    const row = select.get(text.split('_')[2] ?? '')
    const digest = createHmac('sha256', pepper).update(text).digest()
    return row !== undefined && timingSafeEqual(digest, Buffer.from(row.digest, 'hex'))
  }
}

const damaged = (text: string): string => text.replace(/.$/, (last) => (last === '0' ? '1' : '0'))

const not =
  (verify: Verify): Verify =>
  (text) =>
    !verify(text)

function requireNoRead(verify: KeyVerifier, reads: () => number, texts: readonly string[]): void {
  for (const text of texts.slice(0, BUSY_KEYS)) verify(damaged(text))
  if (reads() > 0) throw new Error(`${reads()} reads of the database for wrong checksums.`)
}

/** Two rows: how many a second, and the 99th percentile of one. The first round warms both up and is not counted. */
function compare(
  work: string,
  texts: readonly string[],
  { known, rival }: { known: Verify; rival: Verify },
  { rounds, progress }: Measuring,
): Row[] {
  const rates: Sample[] = []
  const slowest: Sample[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const mine = timesOf(known, texts)
    const theirs = timesOf(rival, texts)
    progress(`${work}, ${round === 0 ? 'warm-up' : `round ${round}`}: p99 ${mine.p99Us} us to ${theirs.p99Us} us`)
    if (round === 0) continue
    rates.push({ ours: mine.perSecond, theirs: theirs.perSecond })
    slowest.push({ ours: mine.p99Us, theirs: theirs.p99Us })
  }
  const rivalName = 'read + HMAC'
  return [
    rowOf({ work, rival: rivalName, unit: 'lookups/s' }, rates),
    rowOf({ work, rival: rivalName, unit: 'us, p99' }, slowest),
  ]
}

/** @throws Error where an answer is wrong */
function timesOf(verify: Verify, texts: readonly string[]): { perSecond: number; p99Us: number } {
  const chosen = Array.from({ length: LOOKUPS }, () => texts[Math.floor(Math.random() * texts.length)] ?? '')
  const times = new Float64Array(LOOKUPS)
  for (const [index, text] of chosen.entries()) {
    const startedAt = performance.now()
    const isRight = verify(text)
    times[index] = performance.now() - startedAt
    if (!isRight) throw new Error('A key was taken for what it is not.')
  }
  const totalMs = times.reduce((sum, ms) => sum + ms, 0)
  const p99Ms = times.toSorted()[Math.floor(LOOKUPS * P99)] ?? 0
  return { perSecond: (LOOKUPS / totalMs) * 1_000, p99Us: Math.round(p99Ms * 10_000) / 10 }
}
