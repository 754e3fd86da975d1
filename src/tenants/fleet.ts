/**
 * All tenants, those among them whose branch somebody has made by hand and nobody has asked for yet: whoever asks for the
 * whole fleet gets it, also the first time that the server stands over an old repository.
 * Invariant: what comes in comes in as it does by its first request: a row of its own, and a line of the trail. A branch whose
 * name is no tenant's id, or is taken, is left alone.
 */
import { setImmediate as eventLoopTurn } from 'node:timers/promises'
import type { Origin } from '../access/actor.ts'
import { parseTenantId, type RefName, type TenantId } from '../kernel/ids.ts'
import type { TenantRegistry } from './registry.ts'
import type { TenantStore } from './store.ts'
import { type BranchNames, headRef, type Tenant } from './tenant.ts'

export type Fleet = {
  /** By id, once every branch has its row. One look at the branches at a time, which those who ask meanwhile share. */
  all(): Promise<readonly Tenant[]>
}

/** The refs below a prefix that ends in a slash. */
export type BranchLister = (prefix: RefName) => Promise<readonly { ref: RefName }[]>

/** In one transaction: some 10 ms, so that requests have their turn. */
const BATCH = 250

export function createFleet({
  registry,
  store,
  branches,
  names,
  clock,
  newId,
}: {
  registry: TenantRegistry
  store: Pick<TenantStore, 'adoptAll'>
  branches: BranchLister
  names: BranchNames
  clock: { now(): number }
  newId: () => string
}): Fleet {
  let adopting: Promise<void> | undefined

  async function adopt(): Promise<void> {
    await registry.refresh()
    const prefix = headRef(names.prefix)
    const ids = (await branches(prefix)).flatMap(({ ref }) => parseTenantId(ref.slice(prefix.length)) ?? [])
    const unknown = ids.filter((id) => !registry.hasRow(id))
    for (let at = 0; at < unknown.length; at += BATCH) {
      await adoptSome(unknown.slice(at, at + BATCH))
      await eventLoopTurn()
    }
  }

  async function adoptSome(ids: readonly TenantId[]): Promise<void> {
    const origin: Origin = { actor: { kind: 'system' }, requestId: newId(), address: null }
    for (const tenant of await store.adoptAll({ ids, at: new Date(clock.now()) }, origin)) registry.put(tenant)
  }

  return {
    async all() {
      adopting ??= adopt().finally(() => {
        adopting = undefined
      })
      await adopting
      return registry.all()
    },
  }
}
