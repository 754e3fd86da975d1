/** What watchers are sent. Pure. */
import type { FileChange } from '../history/repository.ts'
import { changedFile } from '../history/resource.ts'
import type { Oid, TenantId } from '../kernel/ids.ts'
import { type Status, statusId } from './status.ts'

/** Why a stream ends that its reader did not end. */
export type EndReason = 'tenant-suspended' | 'tenant-deleted' | 'key-ended' | 'server-stopping'

export type WatchEvent =
  /** Where things stand: the first event of whoever begins. */
  | { type: 'state'; status: Status }
  /** Something else is served, or something else is wrong, than at the event before. */
  | { type: 'change'; status: Status; from: Oid | null; files: readonly FileChange[] | undefined }
  /** What was missed cannot be told: read everything anew. */
  | { type: 'reset'; status: Status; reason: string }
  | { type: 'end'; reason: EndReason }

/** What of one status is said, so that an event is bounded. */
const LIMITS = { files: 200, problems: 20 } as const

export const eventId = (event: WatchEvent): string | undefined =>
  event.type === 'end' ? undefined : statusId(event.status)

export function eventData(tenant: TenantId, event: WatchEvent): object {
  if (event.type === 'end') return { tenant, reason: event.reason }
  return {
    tenant,
    ...statusData(event.status),
    ...(event.type === 'change' ? changeData(event) : {}),
    ...(event.type === 'reset' ? { reason: event.reason } : {}),
  }
}

const statusData = ({ state, revision, head, problems }: Status) => ({
  state,
  revision,
  head,
  ...(problems.length > 0 ? { problems: problems.slice(0, LIMITS.problems) } : {}),
  ...(problems.length > LIMITS.problems ? { problemsOmitted: problems.length - LIMITS.problems } : {}),
})

const changeData = ({ from, files }: { from: Oid | null; files: readonly FileChange[] | undefined }) => ({
  from,
  ...(files ? { files: files.slice(0, LIMITS.files).map(changedFile) } : {}),
  ...(files && files.length > LIMITS.files ? { filesOmitted: files.length - LIMITS.files } : {}),
})
