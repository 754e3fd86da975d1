/** What is kept of rollouts, put together. */
import type { Clock } from '../../kernel/clock.ts'
import type { DriverLock } from '../../rollouts/runs/conductor.ts'
import type { TrafficReader } from '../../rollouts/runs/deps.ts'
import type { HoldStore } from '../../rollouts/runs/hold-store.ts'
import type { RunStore } from '../../rollouts/runs/store.ts'
import type { AuditWriter } from '../audit/audit-writer.ts'
import type { Storage } from '../sqlite.ts'
import { driverLock } from './driver-lock.ts'
import { holdStore } from './holds.ts'
import { rolloutStore } from './rollouts.ts'
import { trafficReader } from './traffic.ts'

export type RolloutStorage = { store: RunStore; holds: HoldStore; traffic: TrafficReader; lock: DriverLock }

export type RolloutStorageDeps = {
  dataDir: string
  audit: AuditWriter
  clock: Pick<Clock, 'now'>
  /** Writes executions that are still buffered. */
  flush: () => Promise<void>
}

export const openRolloutStorage = (
  { db, synced }: Pick<Storage, 'db' | 'synced'>,
  { dataDir, audit, clock, flush }: RolloutStorageDeps,
): RolloutStorage => ({
  store: rolloutStore({ db, synced }, { audit, clock }),
  holds: holdStore(db, audit),
  traffic: trafficReader(db, flush),
  lock: driverLock(dataDir),
})
