/**
 * All tenants, those among them whose branch somebody has made by hand and nobody has asked for yet: whoever asks for the
 * whole fleet gets it, also the first time that the server stands over an old repository.
 * Invariant: what comes in comes in as it does by its first request: a row of its own, and a line of the trail. A branch whose
 * name is no tenant's id, or is taken, is left alone.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Origin } from '../access/actor.ts'
import { parseTenantId, type RefName, type TenantId } from '../kernel/ids.ts'
import { createPace, type Pace } from '../kernel/pace.ts'
import type { TenantRegistry } from './registry.ts'
import type { TenantStore } from './store.ts'
import { type BranchNames, headRef, type Tenant } from './tenant.ts'

export type Fleet = {
  /** By id, once every branch has its row. One look at the branches at a time, which those who ask meanwhile share. */
  all(): Promise<readonly Tenant[]>
  /** Gives every branch its row before anybody asks, and takes its time for it. Ends early when `signal` says so. */
  takeIn(signal: AbortSignal): Promise<void>
}

/** The refs below a prefix that ends in a slash. */
export type BranchLister = (prefix: RefName) => Promise<readonly { ref: RefName }[]>

/** In one transaction: some two milliseconds. */
const BATCH = 32
/** After each, where nobody waits for them: requests, the first of which come at the same time, hardly notice. */
const REST_MS = 20
const NEVER = new AbortController().signal

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
  /** Aborted once somebody waits for all: what `takeIn` has begun is overtaken. */
  const overtaken = new AbortController()

  async function adopt(inTurn: Pace, signal = NEVER): Promise<void> {
    await registry.refresh()
    const prefix = headRef(names.prefix)
    const ids = (await branches(prefix)).flatMap(({ ref }) => parseTenantId(ref.slice(prefix.length)) ?? [])
    const unknown = ids.filter((id) => !registry.hasRow(id))
    for (let at = 0; at < unknown.length && !signal.aborted; at += BATCH) {
      await inTurn(() => adoptSome(unknown.slice(at, at + BATCH)))
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
      overtaken.abort()
      adopting ??= adopt(createPace()).finally(() => {
        adopting = undefined
      })
      await adopting
      return registry.all()
    },
    takeIn: (signal) => adopt(unhurried, AbortSignal.any([signal, overtaken.signal])),
  }
}

const unhurried: Pace = async (work) => {
  const done = await work()
  await delay(REST_MS)
  return done
}
