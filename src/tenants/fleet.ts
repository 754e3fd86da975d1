/**
 * All tenants, those among them whose branch somebody has made by hand and nobody has asked for yet: whoever asks for the
 * whole fleet gets it, also the first time that the server stands over an old repository.
 * Invariant: what comes in comes in as it does by its first request: a row of its own, and a line of the trail. A branch whose
 * name is no tenant's id, or is taken, is left alone.
 */
import type { Origin } from '../access/actor.ts'
import { parseTenantId, type RefName, type TenantId } from '../kernel/ids.ts'
import { createPace } from '../kernel/pace.ts'
import type { TenantRegistry } from './registry.ts'
import type { TenantStore } from './store.ts'
import { type BranchNames, headRef, type Tenant } from './tenant.ts'

export type Fleet = {
  /** By id, once every branch has its row. One look at the branches at a time, which those who ask meanwhile share. */
  all(): Promise<readonly Tenant[]>
}

/** The refs below a prefix that ends in a slash. */
export type BranchLister = (prefix: RefName) => Promise<readonly { ref: RefName }[]>

/** In one transaction: some two milliseconds. */
const BATCH = 32

export function createFleet({
  registry,
  store,
  branches,
  names,
  clock,
  newId,
}: {
  registry: TenantRegistry
  store: Pick<TenantStore, 'adopt'>
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
    const pace = createPace()
    for (let at = 0; at < unknown.length; at += BATCH) {
      await pace(() => adoptSome(unknown.slice(at, at + BATCH)))
    }
  }

  async function adoptSome(ids: readonly TenantId[]): Promise<void> {
    const origin: Origin = { actor: { kind: 'system' }, requestId: newId(), address: null }
    const at = new Date(clock.now())
    for (const outcome of await store.adopt(ids.map((id) => ({ id, at, origin })))) {
      if (outcome.kind === 'stands') registry.put(outcome.tenant)
    }
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
