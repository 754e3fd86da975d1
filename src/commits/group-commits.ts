/**
 * Commits in groups: what arrives while one group is being written goes out together in the next. A group costs one pack
 * and a few fsyncs, however many commits it holds; those of one tenant follow each other in it.
 *
 * Requests of several tenants are in one group because they share the disk's time, and nothing else: each is prepared on
 * its own head, each branch moves by itself, and what is wrong with one is answered to that one.
 * Invariants: no two commits of one tenant are under way in two groups; a request is answered when its branch has moved,
 * or when it is certain that it has not; an answer that rests on a commit before it in the group waits for that one.
 */
import type { NewObject } from '../git/pack-writer.ts'
import type { RefOutcome } from '../git/ref-updates.ts'
import { AppError } from '../kernel/errors.ts'
import type { Oid, RefName, TenantId } from '../kernel/ids.ts'
import type { CommitRequest, CommitResult, CommitService } from './commit-service.ts'
import type { CommitFate, CommitJournal, CommitNote } from './journal.ts'
import {
  type CommitPreparer,
  createCommitPreparer,
  type Head,
  type PreparedCommit,
  type PreparerDeps,
} from './prepare-commit.ts'
import { branchBusy, branchText, checkedOut, refRefused, storeFailed } from './refusals.ts'

export type CommitServiceDeps = PreparerDeps & {
  refOf(tenant: TenantId): RefName
  /** Told of the head that a branch was moved to, before that is answered. Never fails. */
  onMoved(tenant: TenantId, head: Oid): Promise<void>
  journal: CommitJournal
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
type Chain = { ref: RefName; from: Oid; links: readonly Link[] }

const GROUP_SIZE = 64
/** So that one busy tenant leaves room for others. */
const CHAIN_LENGTH = 16
/** How often a commit is made anew because git moved the branch meanwhile. */
const MAX_ATTEMPTS = 20
/** Of the files of one commit, in the trail; the commit itself has them all. */
const PATHS_TOLD = 50

export function createCommitService(deps: CommitServiceDeps): CommitService {
  const { repository, refOf, onMoved, journal, onUnsettled } = deps
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
    for (let jobs = takeGroup(); jobs.size > 0; jobs = takeGroup()) {
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
    if (from !== undefined && links.some(({ kind }) => kind === 'commit')) return { ref, from, links }
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
    const stored = store(chains)
    // Each branch's new value goes to the disk beside the objects; it takes its place when they are there.
    const moves = chains.map((chain) => move(chain, stored))
    let pack: { release(): void }
    try {
      pack = await stored
    } catch (error) {
      await Promise.all(moves)
      // What is too large for the disk may be one tenant's: the others are tried without it.
      if (chains.length > 1) for (const chain of chains) await storeAndPublish([chain])
      else fail(chains[0]!, storeFailed(error))
      return
    }
    // The next group is prepared and stored meanwhile: a branch whose lock somebody holds keeps nobody else waiting.
    const published = Promise.all(chains.map(async (chain, i) => publish(chain, await moves[i]!)))
    const tracked = published.then(() => pack.release()).finally(() => publishing.delete(tracked))
    publishing.add(tracked)
  }

  function move({ ref, from, links }: Chain, stored: Promise<unknown>): Promise<RefOutcome> {
    const last = lastCommit(links)
    const message = `commit (espalier): ${last.job.request.message.split('\n')[0]}`
    return repository.move({ ref, from, to: last.prepared.head.revision, message }, stored)
  }

  /** Objects to the disk and notes to the journal: both, or it throws and there is neither. */
  async function store(chains: readonly Chain[]): Promise<{ release(): void }> {
    const notes = chains.flatMap(notesOf)
    const [stored, noted] = await Promise.allSettled([repository.store(chains.flatMap(objectsOf)), journal.note(notes)])
    if (stored.status === 'fulfilled' && noted.status === 'fulfilled') return stored.value
    if (stored.status === 'fulfilled') stored.value.release()
    else if (noted.status === 'fulfilled') await tell(notes, 'dropped')
    throw stored.status === 'rejected' ? stored.reason : (noted as PromiseRejectedResult).reason
  }

  const tell = (notes: readonly CommitNote[], fate: CommitFate['fate']): Promise<void> =>
    journal.settle(notes.map(({ tenant, revision }) => ({ tenant, revision, fate }))).catch(onUnsettled)

  async function publish(chain: Chain, outcome: RefOutcome): Promise<void> {
    const { ref, links } = chain
    await tell(notesOf(chain), outcome.kind === 'moved' ? 'made' : 'dropped')
    switch (outcome.kind) {
      case 'moved':
        await onMoved(links[0]!.job.request.tenant, lastCommit(links).prepared.head.revision)
        settle(links)
        return free(links[0]!.job.request.tenant)
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

  function retry({ ref, links }: Chain): void {
    for (const link of links) if (link.kind === 'commit') link.prepared.held.drop()
    const again: Job[] = []
    for (const { job } of links) {
      job.attempts += 1
      if (job.attempts < MAX_ATTEMPTS) again.push(job)
      else job.reject(branchBusy(ref))
    }
    waiting.unshift(...again)
    free(links[0]!.job.request.tenant)
  }

  function fail({ links }: Chain, error: AppError): void {
    for (const link of links) {
      if (link.kind === 'commit') link.prepared.held.drop()
      link.job.reject(error)
    }
    free(links[0]!.job.request.tenant)
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
    },
  }
}

const lastCommit = (links: readonly Link[]) => links.findLast((link) => link.kind === 'commit')!

const objectsOf = ({ links }: Chain): readonly NewObject[] =>
  links.flatMap((link) => (link.kind === 'commit' ? link.prepared.objects : []))

/** What the trail is to say of each commit. */
const notesOf = ({ links }: Chain): CommitNote[] =>
  links.flatMap((link) => {
    if (link.kind !== 'commit') return []
    const { tenant, origin } = link.job.request
    const { head, changed } = link.prepared
    const { revision } = head
    const files = { count: changed.length, paths: changed.slice(0, PATHS_TOLD) }
    const entry = { action: 'commit.made', tenant, target: revision, origin }
    return [{ tenant, revision, entry: { ...entry, before: { revision: link.parent }, after: { revision, files } } }]
  })

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
