/**
 * The requests that wait, and which of them go out together: all that are there, those of one tenant in the order in which
 * they came, each prepared on the one before while others still arrive.
 * Invariant: no two chains of one tenant are out at once; what comes for it meanwhile waits until it is `free`.
 */
import { setImmediate as eventLoopTurn } from 'node:timers/promises'
import type { RefName, TenantId } from '../kernel/ids.ts'
import { type Chain, hasCommit, type Job, type Link, tellJobs } from './chain.ts'
import type { CommitPreparer, Head } from './prepare-commit.ts'

export type CommitQueue = {
  add(job: Job): void
  /** They go before those that wait. */
  addAgain(jobs: readonly Job[]): void
  /** Whether there is a job that may go. */
  isDue(): boolean
  /** The next group; jobs that come to no commit are answered. Undefined where none may go. */
  next(): Promise<readonly Chain[] | undefined>
  free(tenant: TenantId): void
}

export type CommitQueueDeps = {
  preparer: CommitPreparer
  refOf(tenant: TenantId): RefName
  /** @throws AppError where the branch holds no commit */
  readHead(ref: RefName): Promise<Head>
}

const GROUP_SIZE = 64
/** So that one busy tenant leaves room for others. */
const CHAIN_LENGTH = 16
/** How long a group waits for company. */
const GATHER_MS = 2

/** `prepared` resolves when each job has its link. */
type OpenChain = Chain & { links: Link[]; jobs: number; head: Head | undefined; prepared: Promise<void> }
type OpenGroup = { size: number; chains: Map<TenantId, OpenChain> }

export function createCommitQueue({ preparer, refOf, readHead }: CommitQueueDeps): CommitQueue {
  const waiting: Job[] = []
  /** Tenants whose chains are out. */
  const out = new Set<TenantId>()
  let onArrival = (): void => {}
  /** Of the group that is out. */
  let lastSize = 0
  /** Jobs that were there when the last group came back: its own, and those that could go by then. */
  let expected = 1

  const due = (): readonly Job[] => waiting.filter(({ request }) => !out.has(request.tenant))

  function openChain(tenant: TenantId): OpenChain {
    out.add(tenant)
    return { tenant, ref: refOf(tenant), links: [], jobs: 0, head: undefined, prepared: Promise.resolve() }
  }

  function chainIn({ size, chains }: OpenGroup, tenant: TenantId): OpenChain | undefined {
    if (size === GROUP_SIZE) return undefined
    const chain = chains.get(tenant) ?? (out.has(tenant) ? undefined : openChain(tenant))
    return chain?.jobs === CHAIN_LENGTH ? undefined : chain
  }

  function takeInto(group: OpenGroup): void {
    for (const job of waiting.splice(0)) {
      const chain = chainIn(group, job.request.tenant)
      if (chain) {
        group.chains.set(chain.tenant, chain)
        group.size += 1
        chain.jobs += 1
        chain.prepared = chain.prepared.then(() => prepareIn(chain, job))
      } else waiting.push(job)
    }
  }

  async function prepareIn(chain: OpenChain, job: Job): Promise<void> {
    try {
      chain.head ??= await readHead(chain.ref)
      const { revision } = chain.head
      const prepared = await preparer.prepare(job.request, chain.ref, chain.head)
      if (prepared === 'unchanged') chain.links.push({ kind: 'unchanged', job, revision })
      else {
        chain.links.push({ kind: 'commit', job, parent: revision, prepared })
        chain.head = prepared.head
      }
    } catch (error) {
      chain.links.push({ kind: 'refused', job, error })
    }
  }

  /** Who was answered a moment ago asks again soon: with them it is one group, not two, and one wait for the disk. */
  async function gather(group: OpenGroup): Promise<void> {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      onArrival()
    }, GATHER_MS)
    while (group.size < Math.min(expected, GROUP_SIZE) && !isLate) {
      await new Promise<void>((resolve) => {
        onArrival = resolve
      })
      takeInto(group)
    }
    clearTimeout(timer)
  }

  function free(tenant: TenantId): void {
    out.delete(tenant)
  }

  return {
    add(job) {
      waiting.push(job)
      onArrival()
    },
    addAgain: (jobs) => void waiting.unshift(...jobs),
    isDue: () => due().length > 0,
    async next() {
      if (lastSize > 0) expected = lastSize + due().length
      lastSize = 0
      await eventLoopTurn()
      const group: OpenGroup = { size: 0, chains: new Map() }
      takeInto(group)
      if (group.size === 0) return undefined
      await gather(group)
      lastSize = group.size
      const chains = [...group.chains.values()]
      await Promise.all(chains.map(({ prepared }) => prepared))
      for (const chain of chains.filter((each) => !hasCommit(each))) {
        tellJobs(chain)
        free(chain.tenant)
      }
      return chains.filter(hasCommit)
    },
    free,
  }
}
