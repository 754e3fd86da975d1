/** What an operator hears of tenants whose newest commit was refused: a line of the log each time, and a gauge. */
import { Gauge, type Registry } from 'prom-client'
import type { ServedChange } from '../snapshots/changes.ts'
import type { StandingCounts } from '../snapshots/standing.ts'
import type { Log } from './log.ts'

/** Kinds of problems that a line of the log names; `/api/v1/status` has the problems, which tell what the tenant wrote. */
const NAMED_CODES = 10

export const logServedChange =
  (log: Log) =>
  ({ tenant, before, served }: ServedChange): void => {
    if (served.kind !== 'live') {
      const { revision, problems } = served.refused
      const codes = [...new Set(problems.map(({ code }) => code))].slice(0, NAMED_CODES)
      const serving = served.kind === 'degraded' ? served.snapshot.revision : null
      log.warn(
        { event: 'commit-refused', tenant, refused: revision, serving, problems: problems.length, codes },
        'The head of a tenant is not valid',
      )
    } else if (before && before.kind !== 'live') {
      log.info(
        { event: 'commit-served', tenant, serving: served.snapshot.revision },
        'The head of a tenant is valid again',
      )
    }
  }

/** @param count asked at each scrape */
export function gaugeTenants(registry: Registry, count: () => Promise<StandingCounts>): void {
  new Gauge({
    name: 'espalier_tenants_refused',
    help: 'Tenants whose newest commit is not valid: degraded ones are served an older one, invalid ones nothing.',
    labelNames: ['state'] as const,
    registers: [registry],
    async collect() {
      const { degraded, invalid } = await count()
      this.set({ state: 'degraded' }, degraded)
      this.set({ state: 'invalid' }, invalid)
    },
  })
}
