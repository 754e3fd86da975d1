/** Usage over the database: what counts requests and executions, writes once a second, and adds them up. */
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../observability/log.ts'
import type { Metrics } from '../../observability/metrics.ts'
import { createTenantSeries } from '../../observability/tenant-series.ts'
import { createUsageRecorder, type UsageRecorder } from '../../usage/recorder.ts'
import { createUsageReports, type UsageReports } from '../../usage/report.ts'
import type { PeopleStore, UserStore } from '../../users/store.ts'
import type { Storage } from '../sqlite.ts'
import { usageStore } from './usage.ts'

export type OpenUsage = { recorder: UsageRecorder; reports: UsageReports }

export function openUsage(
  storage: Pick<Storage, 'db' | 'sqlite'>,
  { users, metrics, clock, log }: { users: UserStore & PeopleStore; metrics: Metrics; clock: Clock; log: Log },
): OpenUsage {
  const store = usageStore(storage)
  const onError = (error: unknown): void =>
    log.error({ err: error }, 'Usage could not be written; it is kept and tried again')
  const recorder = createUsageRecorder({ store, users, clock, onError, onCounted: (batch) => series.used(batch) })
  const series = createTenantSeries(metrics.registry, {
    settle: () => recorder.flush().catch(onError),
    readResources: async () =>
      (await users.counts()).map(({ tenant, users: amount }) => ({ tenant, resource: 'users', amount })),
  })
  return { recorder, reports: createUsageReports({ store, recorder, clock }) }
}
