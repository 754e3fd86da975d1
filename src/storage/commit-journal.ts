/** Notes of commits, and what they put into the repository, as rows. */
import type { Kysely } from 'kysely'
import type { AuditEntry } from '../audit/entry.ts'
import type { CommitJournal, LeftGroup } from '../commits/journal.ts'
import type { Oid, TenantId } from '../kernel/ids.ts'
import type { AuditWriter } from './audit/audit-writer.ts'
import { decodeObjects, encodeObjects } from './object-list.ts'
import type { Database } from './schema.ts'
import type { Storage } from './sqlite.ts'

export type CommitJournalDeps = {
  audit: AuditWriter
  clock: { now(): number }
  /** Names this process. */
  owner: string
  /** Whether the process that `owner` names is gone; it was alive at `mtimeMs`. */
  isGone(owner: string, alive: { mtimeMs: number }): boolean
  /** The run of the machine (boot/run-of-machine.ts); `''` = not known. */
  boot: string
}

/** What a version without groups has left. */
const NO_GROUP = 0

/** The statements are prepared: every commit comes by here, and to put them together anew takes longer than to run them. */
export function commitJournal(
  { db, sqlite, synced }: Storage,
  { audit, clock, owner, isGone, boot }: CommitJournalDeps,
): CommitJournal {
  const insertGroup = sqlite.prepare(
    'insert into commit_group (owner, boot, noted_at, pack, objects) values (?, ?, ?, ?, ?)',
  )
  const insertIntent = sqlite.prepare(
    'insert into commit_intent (tenant, revision, noted_at, entry_json, commit_group) values (?, ?, ?, ?, ?)',
  )
  // The same commit may have been made, taken back by somebody, and made again.
  const insertMove = sqlite.prepare(
    'insert or replace into commit_move (tenant, to_revision, from_revision, commit_group) values (?, ?, ?, ?)',
  )
  const takeIntent = sqlite.prepare<[string, string], { entry_json: string }>(
    'delete from commit_intent where tenant = ? and revision = ? returning entry_json',
  )
  const deleteMove = sqlite.prepare('delete from commit_move where tenant = ? and to_revision = ?')

  return {
    async note(notes, { moves, pack, objects }) {
      const notedAt = clock.now()
      return db.transaction().execute(async () => {
        const { lastInsertRowid } = insertGroup.run(owner, boot, notedAt, pack, encodeObjects(objects))
        for (const { tenant, revision, entry } of notes)
          insertIntent.run(tenant, revision, notedAt, JSON.stringify(entry), lastInsertRowid)
        for (const { tenant, from, to } of moves) insertMove.run(tenant, to, from, lastInsertRowid)
        return Number(lastInsertRowid)
      })
    },
    synced,
    async settle(fates) {
      await db.transaction().execute(async (transaction) => {
        const told: AuditEntry[] = []
        for (const { tenant, revision, fate } of fates) {
          const intent = takeIntent.get(tenant, revision)
          // Not those that another process has settled: each becomes one entry.
          if (fate === 'made' && intent) told.push(JSON.parse(intent.entry_json) as AuditEntry)
          if (fate === 'dropped') deleteMove.run(tenant, revision)
        }
        await audit.append(transaction, ...told)
      })
      if (fates.some(({ fate }) => fate === 'dropped')) await synced()
    },
    async forget(groups) {
      await db.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('commit_move').where('commit_group', 'in', groups).execute()
        await transaction.deleteFrom('commit_group').where('id', 'in', groups).execute()
      })
    },
    async left() {
      const rows = await db.selectFrom('commit_group').selectAll().orderBy('id').execute()
      // After a boot some other process may have the number of the one that is gone.
      const isOfRunBefore = (then: string): boolean => boot !== '' && then !== boot
      const groups = rows.filter((row) => isOfRunBefore(row.boot) || isGone(row.owner, { mtimeMs: row.noted_at }))
      const left = groups.map(({ id, pack, objects, boot: then }) => {
        const memory = boot !== '' && then === boot ? 'kept' : 'lost'
        return leftOf(db, id, { pack, objects: decodeObjects(objects), memory })
      })
      const older = await leftOf(db, NO_GROUP, { pack: null, objects: [], memory: 'kept' })
      return [...(older.unsettled.length > 0 ? [older] : []), ...(await Promise.all(left))]
    },
  }
}

/** Of several tenants, as they went out together: each row carries its tenant. */
async function leftOf(
  db: Kysely<Database>,
  id: number,
  group: Pick<LeftGroup, 'pack' | 'objects' | 'memory'>,
): Promise<LeftGroup> {
  const moves = await db.selectFrom('commit_move').selectAll().where('commit_group', '=', id).execute()
  const unsettled = await db
    .selectFrom('commit_intent')
    .select(['tenant', 'revision'])
    .where('commit_group', id === NO_GROUP ? 'is' : '=', id === NO_GROUP ? null : id)
    .execute()
  return {
    id,
    ...group,
    moves: moves.map(({ tenant, from_revision, to_revision }) => {
      return { tenant: tenant as TenantId, from: from_revision as Oid, to: to_revision as Oid }
    }),
    unsettled: unsettled.map(({ tenant, revision }) => {
      return { tenant: tenant as TenantId, revision: revision as Oid }
    }),
  }
}
