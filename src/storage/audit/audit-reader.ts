/** Reading the audit trail. What a tenant may see is put on every query here, and nowhere else. */
import type { Selectable, SelectQueryBuilder } from 'kysely'
import type { AuditRow } from '../../audit/row.ts'
import type { AuditFilter, AuditScope, AuditStore } from '../../audit/store.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Database } from '../schema.ts'
import type { Storage } from '../sqlite.ts'
import { type AuditTable, fromAuditColumns } from '../tables/audit.ts'

/** Rows that are read at once where all are wanted: other statements get between two pieces. */
const PIECE = 500

type RowQuery = SelectQueryBuilder<Database, 'audit', Selectable<AuditTable>>

export function auditStore({ db, synced }: Pick<Storage, 'db' | 'synced'>): AuditStore {
  const rows = (): RowQuery => db.selectFrom('audit').selectAll()

  async function* stream(scope: AuditScope, filter: AuditFilter): AsyncGenerator<AuditRow> {
    const wanted = filtered(inScope(rows(), scope), filter).orderBy('sequence', 'desc').limit(PIECE)
    let piece = await wanted.execute()
    while (piece.length > 0) {
      for (const row of piece) yield fromAuditColumns(row)
      piece = await wanted.where('sequence', '<', piece.at(-1)!.sequence).execute()
    }
  }

  async function* chain({ after, upTo }: { after: number; upTo: number }): AsyncGenerator<AuditRow> {
    const wanted = rows().where('sequence', '<=', upTo).orderBy('sequence').limit(PIECE)
    let piece = await wanted.where('sequence', '>', after).execute()
    while (piece.length > 0) {
      for (const row of piece) yield fromAuditColumns(row)
      piece = await wanted.where('sequence', '>', piece.at(-1)!.sequence).execute()
    }
  }

  async function sequenceOf(scope: AuditScope, pageToken: string): Promise<number> {
    const row = await inScope(rows(), scope).where('id', '=', pageToken).executeTakeFirst()
    if (row) return row.sequence
    throw new AppError('parameter-invalid', { detail: 'pageToken must be what an earlier page gave as nextPageToken.' })
  }

  return {
    async list(scope, { filter, pageSize, pageToken }) {
      const before = pageToken === undefined ? Number.MAX_SAFE_INTEGER : await sequenceOf(scope, pageToken)
      const found = await filtered(inScope(rows(), scope), filter)
        .where('sequence', '<', before)
        .orderBy('sequence', 'desc')
        .limit(pageSize + 1)
        .execute()
      const items = found.slice(0, pageSize).map(fromAuditColumns)
      const last = found.length > pageSize ? items.at(-1) : undefined
      return { items, ...(last ? { nextPageToken: last.id } : {}) }
    },
    stream,
    chain,
    head: () => db.selectFrom('audit_head').select(['sequence', 'hash']).executeTakeFirstOrThrow(),
    checkpoints: () => db.selectFrom('audit_checkpoint').selectAll().orderBy('sequence').execute(),
    lastCheckpoint: () =>
      db.selectFrom('audit_checkpoint').selectAll().orderBy('sequence', 'desc').limit(1).executeTakeFirst(),
    // A checkpoint that is shipped must not know of rows that a power cut can still take away.
    async addCheckpoint(checkpoint) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('audit_checkpoint')
        .values(checkpoint)
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      await synced()
      return numInsertedOrUpdatedRows === 1n
    },
  }
}

const inScope = (query: RowQuery, scope: AuditScope): RowQuery =>
  scope.kind === 'all' ? query : query.where('tenant', '=', scope.tenant)

const filtered = (query: RowQuery, { action, actor, from, to }: AuditFilter): RowQuery =>
  query
    .$if(action !== undefined, (narrowed) => narrowed.where('action', '=', action ?? ''))
    .$if(actor !== undefined, (narrowed) => narrowed.where('actor', '=', actor ?? ''))
    .$if(from !== undefined, (narrowed) => narrowed.where('at', '>=', from ?? 0))
    .$if(to !== undefined, (narrowed) => narrowed.where('at', '<', to ?? 0))
