/** The audit trail, put together: who writes to it, who reads it, and when it is signed. */
import { checkpointSchedule } from '../../audit/checkpoint-schedule.ts'
import type { AuditEntry } from '../../audit/entry.ts'
import type { AuditStore } from '../../audit/store.ts'
import { type AuditTrail, auditTrail } from '../../audit/trail.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../observability/log.ts'
import type { SigningKey } from '../../signing/ssh-key.ts'
import type { Storage } from '../sqlite.ts'
import { auditAppender, auditWriter } from './audit.ts'
import { openAuditFolder } from './audit-checkpoint-file.ts'
import { auditStore } from './audit-reader.ts'
import type { AuditWriter } from './audit-writer.ts'
import { type ClosableDenialLog, denialLog } from './denials.ts'

export type Audit = {
  writer: AuditWriter
  /** Writes down what was changed elsewhere than in the database. */
  record(entry: AuditEntry): Promise<void>
  denials: ClosableDenialLog
  store: AuditStore
  trail: AuditTrail
  /** Writes and signs what is left; before the database closes. */
  close(): Promise<void>
}

export type AuditOptions = {
  dataDir: string
  /** The operator's, and the name it signs for. */
  signer: { key: SigningKey; principal: string }
  clock: Clock
  newId: () => string
  log: Log
}

/** Signs what was written since the last checkpoint, such as rows before a `kill -9`. */
export async function openAudit(
  { db, sqlite, synced }: Pick<Storage, 'db' | 'sqlite' | 'synced'>,
  { dataDir, signer, clock, newId, log }: AuditOptions,
): Promise<Audit> {
  const store = auditStore({ db, synced })
  const { key, principal } = signer
  const folder = openAuditFolder(dataDir, { principal, publicKey: key.publicKey })
  const trail = auditTrail({ store, key, clock, ...folder })
  const checkpoints = checkpointSchedule(trail, {
    broken: (found) => log.error(found, 'The audit trail is broken; it is not signed any further'),
    failed: (error) => log.error({ err: error }, 'The audit trail could not be signed; it is tried again later'),
  })
  const append = auditAppender(sqlite, { clock, newId, onAppend: checkpoints.appended })
  const onError = (error: unknown): void => log.error({ err: error }, 'Denials could not be written down')
  const denials = denialLog({ db, append, clock, onError })
  await checkpoints.now()
  const writer = auditWriter(append)
  return {
    writer,
    record: (entry) => db.transaction().execute((transaction) => writer.append(transaction, entry)),
    denials,
    store,
    trail,
    async close() {
      await denials.close()
      await checkpoints.now()
    },
  }
}
