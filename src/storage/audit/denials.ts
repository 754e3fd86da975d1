/** Denials, written once a minute as rows of the audit trail. */
import type { Kysely } from 'kysely'
import { type DenialGroup, type DenialLog, denialBuffer } from '../../audit/denials.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Database } from '../schema.ts'
import type { AuditAppender } from './audit.ts'

const GROUP_MS = 60_000

export type ClosableDenialLog = DenialLog & {
  /** Writes what was counted so far. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** @param onError told of groups that could not be written; they are lost, as counting them twice would be worse */
export function denialLog({
  db,
  append,
  clock,
  onError,
}: {
  db: Kysely<Database>
  append: AuditAppender
  clock: Pick<Clock, 'now'>
  onError: (error: unknown) => void
}): ClosableDenialLog {
  const buffer = denialBuffer()
  let timer: NodeJS.Timeout | undefined

  async function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const groups = buffer.take()
    if (groups.length === 0) return
    await db.transaction().execute((transaction) => append(transaction, groups.map(factsOf)))
  }

  return {
    deny(denial) {
      buffer.add(denial, clock.now())
      timer ??= setTimeout(() => flush().catch(onError), GROUP_MS)
    },
    flush,
    close: () => flush().catch(onError),
  }
}

const factsOf = ({ actor, tenant, reason, route, requestId, address, count, firstAt, lastAt }: DenialGroup) => ({
  action: 'access.denied',
  tenant,
  target: null,
  actor,
  person: null,
  address,
  requestId,
  before: null,
  after: JSON.stringify({ reason, route, count, firstAt: isoOf(firstAt), lastAt: isoOf(lastAt) }),
})

const isoOf = (atMs: number): string => new Date(atMs).toISOString()
