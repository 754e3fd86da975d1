/** Notes of commits, as rows. */
import type { Kysely } from 'kysely'
import type { AuditEntry } from '../audit/entry.ts'
import type { CommitFate, CommitJournal } from '../commits/journal.ts'
import type { Oid, TenantId } from '../kernel/ids.ts'
import type { AuditWriter } from './audit-writer.ts'
import type { Database } from './schema.ts'

export function commitJournal(
  db: Kysely<Database>,
  { audit, clock }: { audit: AuditWriter; clock: { now(): number } },
): CommitJournal {
  /** What arrives while one transaction is under way is settled by the next. */
  let waiting: { fate: CommitFate; resolve(): void; reject(error: unknown): void }[] = []
  let isSettling = false

  async function settleAll(fates: readonly CommitFate[]): Promise<void> {
    const made = new Set(fates.filter(({ fate }) => fate === 'made').map(({ revision }) => revision as string))
    await db.transaction().execute(async (transaction) => {
      // A revision is a hash of its tenant's commit: no two tenants have the same, and the pair is checked all the same.
      const settled = await transaction
        .deleteFrom('commit_intent')
        .where((eb) =>
          eb.or(
            fates.map(({ tenant, revision }) => eb.and([eb('tenant', '=', tenant), eb('revision', '=', revision)])),
          ),
        )
        .returning(['revision', 'entry_json'])
        .execute()
      // Not those that another process has settled: each becomes one entry.
      const entries = new Map(settled.map(({ revision, entry_json }) => [revision, entry_json]))
      const told = fates.flatMap(({ revision }) => (made.has(revision) ? (entries.get(revision) ?? []) : []))
      await audit.append(transaction, ...told.map((text) => JSON.parse(text) as AuditEntry))
    })
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        await settleAll(batch.map(({ fate }) => fate))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    isSettling = false
  }

  return {
    async note(notes) {
      const noted_at = clock.now()
      const rows = notes.map(({ tenant, revision, entry }) => ({
        tenant,
        revision,
        noted_at,
        entry_json: JSON.stringify(entry),
      }))
      if (rows.length > 0) await db.insertInto('commit_intent').values(rows).execute()
    },
    async settle(fates) {
      const settled = fates.map(
        (fate) => new Promise<void>((resolve, reject) => waiting.push({ fate, resolve, reject })),
      )
      if (!isSettling) {
        isSettling = true
        void run()
      }
      await Promise.all(settled)
    },
    async unsettled() {
      const rows = await db.selectFrom('commit_intent').select(['tenant', 'revision', 'noted_at']).execute()
      return rows.map(({ tenant, revision, noted_at }) => ({
        tenant: tenant as TenantId,
        revision: revision as Oid,
        notedAt: new Date(noted_at),
      }))
    },
  }
}
