/**
 * Commits in groups (commit-queue.ts): one is written while the next one gathers. A group costs one pack, two transactions
 * and one wait for the disk, however many commits it holds; those of one tenant follow each other in it.
 *
 * Requests of several tenants are in one group because they share the disk's time, and nothing else: each is prepared on
 * its own head, each branch moves by itself, and what is wrong with one is answered to that one.
 * Invariants: no two commits of one tenant are under way in two groups; a request is answered when its branch has moved,
 * or when it is certain that it has not; an answer that rests on a commit before it in the group waits for that one.
 */
import { setImmediate as eventLoopTurn } from 'node:timers/promises'
import { smallPack } from '../git/objects/small-pack.ts'
import type { RefOutcome } from '../git/refs/ref-updates.ts'
import { AppError } from '../kernel/errors.ts'
import type { Oid, RefName, TenantId } from '../kernel/ids.ts'
import {
  type Chain,
  fatesOf,
  headOf,
  type Job,
  moveOf,
  notesOf,
  objectsOf,
  tellJobs,
  undone,
  updateOf,
} from './chain.ts'
import { createCommitQueue } from './commit-queue.ts'
import type { CommitService } from './commit-service.ts'
import type { CommitFate, CommitGroup, CommitJournal } from './journal.ts'
import { type CommitPreparer, createCommitPreparer, type Head, type PreparerDeps } from './prepare-commit.ts'
import { branchBusy, branchText, checkedOut, refRefused, storeFailed } from './refusals.ts'
import type { WriteBehind } from './write-behind.ts'

export type CommitServiceDeps = PreparerDeps & {
  refOf(tenant: TenantId): RefName
  /** Told of the head that a branch was moved to, before that is answered. Never fails. */
  onMoved(tenant: TenantId, head: Oid): Promise<void>
  journal: CommitJournal
  behind: WriteBehind
  /** Told of notes that could not be settled; the next start does it. */
  onUnsettled(error: unknown): void
}

type Moved = { chain: Chain; outcome: RefOutcome }

/** `letGo` lets `git gc` have what no branch leads to. */
type Stored = { group: CommitGroup; letGo(): void }

/** More than that goes to the disk at once, and not by way of the journal. */
const JOURNAL_BYTES = 256 * 1024
/** How often a commit is made anew because git moved the branch meanwhile. */
const MAX_ATTEMPTS = 20

export function createCommitService(deps: CommitServiceDeps): CommitService {
  const { repository, refOf, onMoved, journal, behind, onUnsettled } = deps
  const preparer: CommitPreparer = createCommitPreparer(deps)
  const queue = createCommitQueue({ preparer, refOf, readHead })
  let running: Promise<void> | undefined
  const publishing = new Set<Promise<void>>()
  let isClosed = false

  function start(): void {
    running ??= run().finally(() => {
      running = undefined
      if (queue.isDue()) start()
    })
  }

  async function run(): Promise<void> {
    for (let chains = await queue.next(); chains; chains = await queue.next()) await storeAndPublish(chains)
  }

  async function readHead(ref: RefName): Promise<Head> {
    const state = repository.head(ref)
    if (state.kind === 'oid') return { revision: state.oid, tree: await repository.treeOf(state.oid) }
    if (state.kind === 'odd') throw refRefused(state.detail)
    throw new AppError('tenant-branch-missing', {
      detail: `The branch ${branchText(ref)} of this tenant is gone. Restore it with \`git branch ${branchText(ref)} <commit>\`.`,
    })
  }

  async function storeAndPublish(chains: readonly Chain[]): Promise<void> {
    if (chains.length === 0) return
    let stored: Stored
    try {
      stored = await store(chains)
    } catch (error) {
      // What is too large for the disk may be one tenant's: the others are tried without it.
      if (chains.length > 1) for (const chain of chains) await storeAndPublish([chain])
      else {
        fail(chains[0]!, storeFailed(error))
        release(chains[0]!.tenant)
      }
      return
    }
    await publish(chains, stored)
  }

  /** Moves the branches. A branch whose lock somebody holds keeps nobody else waiting, nor the next group. */
  async function publish(chains: readonly Chain[], { group, letGo }: Stored): Promise<void> {
    const moved: Moved[] = []
    let isLate = false
    const moving = repository.move(chains.map(updateOf)).map(async (moves, i) => {
      const each = { chain: chains[i]!, outcome: await moves }
      if (isLate) await conclude([each])
      else moved.push(each)
    })
    await eventLoopTurn()
    isLate = true
    const concluded = conclude(moved)
    const tracked = Promise.all([concluded, ...moving])
      .then(() => {
        letGo()
        behind.add(group)
      })
      .finally(() => publishing.delete(tracked))
    publishing.add(tracked)
    await concluded
  }

  /** What the group consists of is in the journal and where git sees it: both, or it throws and there is neither. */
  async function store(chains: readonly Chain[]): Promise<Stored> {
    const objects = chains.flatMap(objectsOf)
    const notes = chains.flatMap(notesOf)
    const moves = chains.map(moveOf)
    const isLarge = objects.reduce((sum, { bytes }) => sum + bytes.length, 0) > JOURNAL_BYTES
    const lasting = isLarge ? await repository.store(objects) : undefined
    const pack = isLarge ? undefined : smallPack(objects)
    try {
      const content = { moves, objects: isLarge ? [] : objects, pack: pack?.name ?? null }
      const id = await journal.note(notes, content)
      const place = async (): Promise<void> => pack && repository.place(pack)
      // The pack while the disk is at work: where that fails no branch leads to it, and it goes with the process.
      await Promise.all([journal.synced(), place()])
      return { group: { id, ...content }, letGo: () => lasting?.release() }
    } catch (error) {
      lasting?.release()
      await tell(chains.flatMap((chain) => fatesOf(chain, 'dropped')))
      throw error
    }
  }

  const tell = (fates: readonly CommitFate[]): Promise<void> => journal.settle(fates).catch(onUnsettled)

  async function conclude(moved: readonly Moved[]): Promise<void> {
    if (moved.length === 0) return
    await tell(moved.flatMap(({ chain, outcome }) => fatesOf(chain, outcome.kind === 'moved' ? 'made' : 'dropped')))
    await Promise.all(moved.map(answer))
  }

  async function answer({ chain, outcome }: Moved): Promise<void> {
    const { tenant, ref } = chain
    switch (outcome.kind) {
      case 'moved':
        await onMoved(tenant, headOf(chain).revision)
        tellJobs(chain)
        break
      case 'stale':
      case 'locked':
        retry(chain)
        break
      case 'checked-out-dirty':
        fail(chain, checkedOut(ref, outcome))
        break
      case 'refused':
        fail(chain, refRefused(outcome.reason))
        break
      case 'failed':
        fail(chain, storeFailed(outcome.cause))
    }
    release(tenant)
  }

  function release(tenant: TenantId): void {
    queue.free(tenant)
    start()
  }

  function retry(chain: Chain): void {
    const again: Job[] = []
    for (const job of undone(chain)) {
      job.attempts += 1
      if (job.attempts < MAX_ATTEMPTS) again.push(job)
      else job.reject(branchBusy(chain.ref))
    }
    queue.addAgain(again)
  }

  function fail(chain: Chain, error: AppError): void {
    for (const job of undone(chain)) job.reject(error)
  }

  return {
    commit: (request) =>
      new Promise((resolve, reject) => {
        if (isClosed) {
          reject(new AppError('not-ready', { detail: 'The server is being stopped. Nothing was changed.' }))
          return
        }
        queue.add({ request, attempts: 0, resolve, reject })
        start()
      }),
    async preview(request) {
      const ref = refOf(request.tenant)
      const head = await readHead(ref)
      const prepared = await preparer.prepare(request, ref, head)
      if (prepared === 'unchanged') return { kind: 'unchanged', revision: head.revision }
      prepared.held.drop()
      return { kind: 'would-commit', parent: head.revision, changed: prepared.changed }
    },
    async close() {
      isClosed = true
      while (running || publishing.size > 0) await Promise.all([running, ...publishing])
      await behind.close()
    },
  }
}
