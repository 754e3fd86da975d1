/** The port to the audit trail for those who read it. */
import type { TenantId } from '../kernel/ids.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { AuditRow } from './row.ts'
import type { ChainEnd } from './verify.ts'

/** Whose rows: every one, or those of one tenant and no other. */
export type AuditScope = { kind: 'all' } | { kind: 'tenant'; tenant: TenantId }

/** Instants in milliseconds since 1970; `from` counts, `to` does not. */
export type AuditFilter = { action?: string; actor?: string; from?: number; to?: number }

export type AuditPage = { items: AuditRow[]; nextPageToken?: string }

export type AuditStore = {
  /** Newest first. @throws AppError `parameter-invalid` for a page token that is none of this scope */
  list(
    scope: AuditScope,
    page: { filter: AuditFilter; pageSize: number; pageToken: string | undefined },
  ): Promise<AuditPage>
  /** Newest first, read in pieces while it is consumed. */
  stream(scope: AuditScope, filter: AuditFilter): AsyncIterable<AuditRow>
  /** The rows after `after` up to and with `upTo`, in the order in which they were written. */
  chain(range: { after: number; upTo: number }): AsyncIterable<AuditRow>
  /** Where the writer says that the chain ends. */
  head(): Promise<ChainEnd>
  checkpoints(): Promise<Checkpoint[]>
  lastCheckpoint(): Promise<Checkpoint | undefined>
  /** @returns false where there is one of its sequence already */
  addCheckpoint(checkpoint: Checkpoint): Promise<boolean>
}
