/** The tenants that fit a filter, a page at a time, and cheap with ten thousand of them: no git process per tenant. */
import type { BehindFinder } from '../../git/history/behind.ts'
import { matches, type StateFilter, type TenantFilter } from '../filter.ts'
import type { Fleet } from '../fleet.ts'
import type { TenantRegistry } from '../registry.ts'
import { type BranchNames, headRef, type Tenant } from '../tenant.ts'
import type { TenantReports, TenantView } from './report.ts'

export type TenantList = {
  /** By id, those that come after `after`; at most `limit`. */
  page(request: { filter: TenantFilter; after: string; limit: number }): Promise<TenantView[]>
}

/** Branches that are looked at together. */
const CHUNK = 200

export function createTenantList({
  registry,
  fleet,
  reports,
  behindFinder,
  names,
}: {
  registry: TenantRegistry
  fleet: Fleet
  reports: TenantReports
  behindFinder: BehindFinder
  names: BranchNames
}): TenantList {
  async function inState(state: StateFilter, tenants: readonly Tenant[], limit: number): Promise<Tenant[]> {
    if (state === 'behind-main') {
      const behind = await behindFinder.behind(headRef(names.trunk), [headRef(names.prefix)])
      return tenants.filter(({ id }) => behind.has(registry.refOf(id))).slice(0, limit)
    }
    const found: Tenant[] = []
    for (let at = 0; at < tenants.length && found.length < limit; at += CHUNK) {
      const chunk = tenants.slice(at, at + CHUNK)
      const states = await Promise.all(chunk.map(({ id }) => reports.stateOf(id)))
      found.push(...chunk.filter((_, i) => states[i]?.kind === state))
    }
    return found.slice(0, limit)
  }

  return {
    async page({ filter, after, limit }) {
      // The pages after the first are of what the first one found.
      const all = after === '' ? await fleet.all() : await registry.all()
      const fitting = all.filter((tenant) => tenant.id > after && matches(filter, tenant))
      const { state } = filter
      return reports.views(state === null ? fitting.slice(0, limit) : await inState(state, fitting, limit))
    },
  }
}
