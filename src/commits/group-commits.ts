/**
 * Commits in groups: what arrives while one group is being written goes out together in the next. A group costs one pack,
 * two transactions and one wait for the disk, however many commits it holds; those of one tenant follow each other in it.
 *
 * Requests of several tenants are in one group because they share the disk's time, and nothing else: each is prepared on
 * its own head, each branch moves by itself, and what is wrong with one is answered to that one.
 * Invariants: no two commits of one tenant are under way in two groups; a request is answered when its branch has moved,
 * or when it is certain that it has not; an answer that rests on a commit before it in the group waits for that one.
 */
import { setImmediate as eventLoopTurn } from 'node:timers/promises'
import type { NewObject } from '../git/objects/pack-entry.ts'
import { smallPack } from '../git/objects/small-pack.ts'
import type { RefOutcome, RefUpdate } from '../git/refs/ref-updates.ts'
import { AppError } from '../kernel/errors.ts'
import type { Oid, RefName, TenantId } from '../kernel/ids.ts'
import type { CommitRequest, CommitResult, CommitService } from './commit-service.ts'
import type { BranchMove, CommitFate, CommitGroup, CommitJournal, CommitNote } from './journal.ts'
import {
  type CommitPreparer,
  createCommitPreparer,
  type Head,
  type PreparedCommit,
  type PreparerDeps,
} from './prepare-commit.ts'
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

type Job = {
  request: CommitRequest
  /** How often the branch has moved away under it. */
  attempts: number
  resolve(result: CommitResult): void
  reject(error: unknown): void
}

/** What became of a job on the head that the jobs before it lead to. */
type Link =
  | { kind: 'commit'; job: Job; parent: Oid; prepared: PreparedCommit }
  | { kind: 'unchanged'; job: Job; revision: Oid }
  | { kind: 'refused'; job: Job; error: unknown }

/** The jobs of one tenant in one group, in the order in which they came. */
type Chain = { tenant: TenantId; ref: RefName; from: Oid; links: readonly Link[] }

type Moved = { chain: Chain; outcome: RefOutcome }

/** `release` lets `git gc` have what no branch leads to. */
type Stored = { group: CommitGroup; release(): void }

const GROUP_SIZE = 64
/** So that one busy tenant leaves room for others. */
const CHAIN_LENGTH = 16
/** More than that goes to the disk at once, and not by way of the journal. */
const JOURNAL_BYTES = 256 * 1024
/** How often a commit is made anew because git moved the branch meanwhile. */
const MAX_ATTEMPTS = 20
/** Of the files of one commit, in the trail; the commit itself has them all. */
const PATHS_TOLD = 50

export function createCommitService(deps: CommitServiceDeps): CommitService {
  const { repository, refOf, onMoved, journal, behind, onUnsettled } = deps
  const preparer: CommitPreparer = createCommitPreparer(deps)
  const waiting: Job[] = []
  /** Tenants whose commits are under way. */
  const busy = new Set<TenantId>()
  let running: Promise<void> | undefined
  const publishing = new Set<Promise<void>>()
  let isClosed = false

  function start(): void {
    running ??= run().finally(() => {
      running = undefined
      if (waiting.some(({ request }) => !busy.has(request.tenant))) start()
    })
  }

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      // Who was answered a moment ago asks again in this turn: with them it is one group, not two.
      await eventLoopTurn()
      const jobs = takeGroup()
      if (jobs.size === 0) return
      const chains = await Promise.all([...jobs].map(([tenant, own]) => prepareChain(tenant, own)))
      await storeAndPublish(chains.filter((chain) => chain !== undefined))
    }
  }

  function takeGroup(): Map<TenantId, Job[]> {
    const taken = new Map<TenantId, Job[]>()
    const left: Job[] = []
    let count = 0
    for (const job of waiting.splice(0)) {
      const { tenant } = job.request
      const own = taken.get(tenant) ?? []
      if (busy.has(tenant) || own.length === CHAIN_LENGTH || count === GROUP_SIZE) {
        left.push(job)
        continue
      }
      own.push(job)
      taken.set(tenant, own)
      count += 1
    }
    waiting.push(...left)
    for (const tenant of taken.keys()) busy.add(tenant)
    return taken
  }

  /** Undefined where there is nothing to write. */
  async function prepareChain(tenant: TenantId, jobs: readonly Job[]): Promise<Chain | undefined> {
    const links: Link[] = []
    const ref = refOf(tenant)
    let from: Oid | undefined
    try {
      let head = await readHead(ref)
      from = head.revision
      for (const job of jobs) {
        const link = await prepareLink(job, ref, head)
        links.push(link)
        if (link.kind === 'commit') head = link.prepared.head
      }
    } catch (error) {
      for (const job of jobs.slice(links.length)) links.push({ kind: 'refused', job, error })
    }
    if (from !== undefined && links.some(({ kind }) => kind === 'commit')) return { tenant, ref, from, links }
    settle(links)
    free(tenant)
    return undefined
  }

  async function prepareLink(job: Job, ref: RefName, head: Head): Promise<Link> {
    try {
      const prepared = await preparer.prepare(job.request, ref, head)
      if (prepared === 'unchanged') return { kind: 'unchanged', job, revision: head.revision }
      return { kind: 'commit', job, parent: head.revision, prepared }
    } catch (error) {
      return { kind: 'refused', job, error }
    }
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
      else fail(chains[0]!, storeFailed(error))
      return
    }
    await publish(chains, stored)
  }

  /** Moves the branches. A branch whose lock somebody holds keeps nobody else waiting, nor the next group. */
  async function publish(chains: readonly Chain[], { group, release }: Stored): Promise<void> {
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
        release()
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
      return { group: { id, ...content }, release: () => lasting?.release() }
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
    const { tenant, ref, links } = chain
    switch (outcome.kind) {
      case 'moved':
        await onMoved(tenant, lastCommit(links).prepared.head.revision)
        settle(links)
        return free(tenant)
      case 'stale':
      case 'locked':
        return retry(chain)
      case 'checked-out-dirty':
        return fail(chain, checkedOut(ref, outcome))
      case 'refused':
        return fail(chain, refRefused(outcome.reason))
      case 'failed':
        return fail(chain, storeFailed(outcome.cause))
    }
  }

  function retry({ tenant, ref, links }: Chain): void {
    for (const link of links) if (link.kind === 'commit') link.prepared.held.drop()
    const again: Job[] = []
    for (const { job } of links) {
      job.attempts += 1
      if (job.attempts < MAX_ATTEMPTS) again.push(job)
      else job.reject(branchBusy(ref))
    }
    waiting.unshift(...again)
    free(tenant)
  }

  function fail({ tenant, links }: Chain, error: AppError): void {
    for (const link of links) {
      if (link.kind === 'commit') link.prepared.held.drop()
      link.job.reject(error)
    }
    free(tenant)
  }

  function free(tenant: TenantId): void {
    busy.delete(tenant)
    start()
  }

  return {
    commit: (request) =>
      new Promise((resolve, reject) => {
        if (isClosed) {
          reject(new AppError('not-ready', { detail: 'The server is being stopped. Nothing was changed.' }))
          return
        }
        waiting.push({ request, attempts: 0, resolve, reject })
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

const lastCommit = (links: readonly Link[]) => links.findLast((link) => link.kind === 'commit')!

function updateOf({ ref, from, links }: Chain): RefUpdate {
  const { job, prepared } = lastCommit(links)
  return { ref, from, to: prepared.head.revision, message: `commit (espalier): ${subjectOf(job.request.message)}` }
}

const subjectOf = (message: string): string => message.split('\n', 1)[0] ?? ''

const moveOf = ({ tenant, from, links }: Chain): BranchMove => ({
  tenant,
  from,
  to: lastCommit(links).prepared.head.revision,
})

const objectsOf = ({ links }: Chain): readonly NewObject[] =>
  links.flatMap((link) => (link.kind === 'commit' ? link.prepared.objects : []))

/** What the trail is to say of each commit. */
const notesOf = ({ links }: Chain): CommitNote[] =>
  links.flatMap((link) => {
    if (link.kind !== 'commit') return []
    const { tenant, origin, message } = link.job.request
    const { head, changed } = link.prepared
    const { revision } = head
    const files = { count: changed.length, paths: changed.slice(0, PATHS_TOLD) }
    const after = { revision, subject: subjectOf(message), files }
    const entry = { action: 'config.committed', tenant, target: revision, origin }
    return [{ tenant, revision, entry: { ...entry, before: { revision: link.parent }, after } }]
  })

const fatesOf = (chain: Chain, fate: CommitFate['fate']): CommitFate[] =>
  notesOf(chain).map(({ tenant, revision }) => ({ tenant, revision, fate }))

/** Tells each job what became of it, now that the commits stand. */
function settle(links: readonly Link[]): void {
  for (const link of links) {
    const { job } = link
    if (link.kind === 'refused') job.reject(link.error)
    else if (link.kind === 'unchanged') job.resolve({ kind: 'unchanged', revision: link.revision })
    else {
      const { head, changed, held } = link.prepared
      held.keep()
      job.resolve({ kind: 'committed', revision: head.revision, parent: link.parent, changed })
    }
  }
}
