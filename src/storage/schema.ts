/** The tables, as Kysely sees them. Instants are milliseconds since 1970; members named `*_json` hold JSON text. */
import type { ApiKeyTable } from './tables/api-key.ts'
import type { AuditCheckpointTable, AuditHeadTable, AuditTable } from './tables/audit.ts'
import type { CommitGroupTable, CommitIntentTable, CommitMoveTable } from './tables/commit-intent.ts'
import type { IdempotencyTable } from './tables/idempotency.ts'
import type { MembershipTable } from './tables/membership.ts'
import type {
  ConflictTable,
  ReapplyBaseTable,
  ResolutionTable,
  RolloutClaimTable,
  RolloutConflictTable,
  RolloutEventTable,
  RolloutTable,
  RolloutTenantTable,
  TenantHoldTable,
} from './tables/rollouts.ts'
import type { DataKeyTable, KeyRingTable, SecretTable } from './tables/secrets.ts'
import type { StandingTable } from './tables/standing.ts'
import type { TenantChangeTable, TenantTable } from './tables/tenant.ts'
import type { RecentRequestsTable, UsageGroupTable, UsageTable } from './tables/usage.ts'

export type ExecutionTable = {
  tenant: string
  id: string
  revision: string
  kind: string
  name: string
  method: string
  status: string
  started_at: number
  duration_ms: number
  session_id: string | null
  request_id: string
  input_json: string | null
  output_json: string | null
  error_json: string | null
  steps_json: string
}

export type Database = {
  api_key: ApiKeyTable
  audit: AuditTable
  audit_head: AuditHeadTable
  audit_checkpoint: AuditCheckpointTable
  commit_intent: CommitIntentTable
  commit_group: CommitGroupTable
  commit_move: CommitMoveTable
  secret: SecretTable
  data_key: DataKeyTable
  key_ring: KeyRingTable
  tenant: TenantTable
  tenant_change: TenantChangeTable
  execution: ExecutionTable
  membership: MembershipTable
  usage: UsageTable
  usage_group: UsageGroupTable
  recent_requests: RecentRequestsTable
  idempotency: IdempotencyTable
  standing: StandingTable
  rollout: RolloutTable
  rollout_claim: RolloutClaimTable
  rollout_tenant: RolloutTenantTable
  rollout_conflict: RolloutConflictTable
  conflict: ConflictTable
  resolution: ResolutionTable
  rollout_event: RolloutEventTable
  reapply_base: ReapplyBaseTable
  tenant_hold: TenantHoldTable
}
