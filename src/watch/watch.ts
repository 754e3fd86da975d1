/**
 * Who is told when a tenant's branch serves something else. One timer looks at the refs of the tenants that are watched,
 * and at no others, in the way in which every request does: a stat each, 1 to 2 us. (`fs.watch` would be one more thing to
 * go wrong: it misses packed refs, network disks and what happened before it was set up.)
 * Invariants: a watcher sees statuses of its own tenant alone, in the order in which they were, none twice in a row; one
 * that does not read is dropped, so that what waits for it is bounded; nobody is told more once they may not ask.
 */
import type { FileChange } from '../history/repository.ts'
import type { Clock } from '../kernel/clock.ts'
import { AppError } from '../kernel/errors.ts'
import type { Oid, RefName, TenantId } from '../kernel/ids.ts'
import type { Served } from '../snapshots/snapshot.ts'
import type { EndReason, WatchEvent } from './event.ts'
import { type Look, revisionOfId, type Status, statusId, statusOf } from './status.ts'

/** Where events go. */
export type Sink = {
  /** Takes an event, or nothing where it has too much that is not read yet: then it is dropped. */
  send(event: WatchEvent): 'taken' | 'full'
  /** Says that the connection is alive. */
  beat(): void
  /** Nothing more comes; `end` events come before. */
  close(): void
}

export type Subscription = {
  tenant: TenantId
  /** The id of the last event that was seen; undefined = begin with where things stand. */
  lastEventId: string | undefined
  /** Whether who asked may still ask. */
  isEntitled(): boolean
  sink: Sink
}

export type Watch = {
  /** @returns what ends it. @throws AppError `watch-limit-reached`; `overloaded` while the server stops */
  subscribe(subscription: Subscription): () => void
  /** How many watch now, of all tenants. */
  count(): number
  /** Ends all of them, and takes no more. */
  stop(): void
}

export type WatchDeps = {
  /** @throws AppError for a tenant that is suspended or deleted */
  admit(tenant: TenantId): void
  refOf(tenant: TenantId): RefName
  current(tenant: TenantId, ref: RefName): Served | undefined | Promise<Served>
  /** The files that differ between two commits. */
  changedFiles(from: Oid, to: Oid): Promise<readonly FileChange[]>
  /** Whether the branch at `head`, or the trunk, reaches `commit`. */
  isOwn(commit: Oid, head: Oid): Promise<boolean>
  clock: Clock
  /** Told of what went wrong in a way that no rule foresaw; the next look comes all the same. */
  onError(error: unknown): void
}

const WATCH_LIMITS = { perTenant: 20, perServer: 1_000 } as const
const TIMES = { lookMs: 200, heartbeatMs: 15_000, entitlementMs: 1_000, longestPauseMs: 5_000 } as const
/** Statuses of one tenant that are on their way; the next look takes in what came meanwhile as one. */
const MAX_UNDER_WAY = 8
const RETRY_SECONDS = '5'

type Watcher = Subscription & { isOver: boolean }

type Feed = {
  tenant: TenantId
  status: Status | undefined
  watchers: Set<Watcher>
  /** Whether its branch is being read just now. */
  isReading: boolean
  /** Looks in a row that had to read and found nothing new, as of a damaged object: the next ones wait longer. */
  fruitless: number
  notBeforeMs: number
  /** What is to be sent goes through here, one after the other. */
  line: Promise<void>
  underWay: number
}

export function createWatch(deps: WatchDeps): Watch {
  const { clock, onError } = deps
  const feeds = new Map<TenantId, Feed>()
  let watching = 0
  let timer: NodeJS.Timeout | undefined
  let lastBeatMs = clock.monotonic()
  let lastEntitlementMs = lastBeatMs
  let isStopped = false

  function subscribe(subscription: Subscription): () => void {
    if (isStopped) throw stopping()
    const feed = feeds.get(subscription.tenant) ?? newFeed(subscription.tenant)
    if (watching >= WATCH_LIMITS.perServer) throw limitReached('this server', WATCH_LIMITS.perServer)
    if (feed.watchers.size >= WATCH_LIMITS.perTenant) throw limitReached('a tenant', WATCH_LIMITS.perTenant)
    feeds.set(subscription.tenant, feed)
    const watcher: Watcher = { ...subscription, isOver: false }
    watching += 1
    look(feed)
    feed.watchers.add(watcher)
    // Where the branch is still being read, its first status greets all who wait for it.
    if (feed.status) greet(feed, watcher, feed.status)
    timer ??= setInterval(tick, TIMES.lookMs)
    return () => drop(feed, watcher)
  }

  function drop(feed: Feed, watcher: Watcher): void {
    if (watcher.isOver) return
    watcher.isOver = true
    watching -= 1
    feed.watchers.delete(watcher)
    if (feed.watchers.size === 0) feeds.delete(feed.tenant)
    if (watching === 0 && timer) {
      clearInterval(timer)
      timer = undefined
    }
  }

  function tick(): void {
    const now = clock.monotonic()
    const isBeat = now - lastBeatMs >= TIMES.heartbeatMs
    const isReview = now - lastEntitlementMs >= TIMES.entitlementMs
    if (isBeat) lastBeatMs = now
    if (isReview) lastEntitlementMs = now
    for (const feed of [...feeds.values()]) {
      const reason = refusalOf(feed.tenant)
      for (const watcher of [...feed.watchers]) {
        if (reason) end(feed, watcher, reason)
        else if (isReview && !watcher.isEntitled()) end(feed, watcher, 'key-ended')
        else if (isBeat) watcher.sink.beat()
      }
      if (feed.watchers.size > 0 && now >= feed.notBeforeMs) look(feed)
    }
  }

  function refusalOf(tenant: TenantId): EndReason | undefined {
    try {
      deps.admit(tenant)
      return undefined
    } catch (error) {
      if (!(error instanceof AppError)) onError(error)
      return error instanceof AppError && error.code === 'tenant-suspended' ? 'tenant-suspended' : 'tenant-deleted'
    }
  }

  function end(feed: Feed, watcher: Watcher, reason: EndReason): void {
    if (watcher.isOver) return
    drop(feed, watcher)
    watcher.sink.send({ type: 'end', reason })
    watcher.sink.close()
  }

  /** Takes in what is served now: at once where that is in memory. */
  function look(feed: Feed): void {
    if (feed.isReading || feed.underWay >= MAX_UNDER_WAY) return
    const seen = attempt(() => deps.current(feed.tenant, deps.refOf(feed.tenant)))
    if (!(seen instanceof Promise)) {
      feed.fruitless = 0
      take(feed, statusOf(seen))
      return
    }
    feed.isReading = true
    void seen.catch(refused).then((value) => {
      feed.isReading = false
      const before = feed.status
      take(feed, statusOf(value))
      const isFruitless = before !== undefined && feed.status === before
      feed.fruitless = isFruitless ? feed.fruitless + 1 : 0
      // Once may be a snapshot that had to make room; from then on it is one that cannot be kept.
      if (feed.fruitless > 1) {
        const pauseMs = Math.min(TIMES.lookMs * 2 ** feed.fruitless, TIMES.longestPauseMs)
        feed.notBeforeMs = clock.monotonic() + pauseMs
      }
    })
  }

  function attempt(read: () => Served | undefined | Promise<Served>): Look | Promise<Served> {
    try {
      return read()
    } catch (error) {
      return refused(error)
    }
  }

  function refused(error: unknown): AppError {
    if (error instanceof AppError) return error
    onError(error)
    return new AppError('repository-failed', { detail: 'The branch cannot be read.' })
  }

  function take(feed: Feed, status: Status): void {
    const before = feed.status
    if (before && statusId(before) === statusId(status)) return
    feed.status = status
    const watchers = [...feed.watchers]
    if (!before) {
      for (const watcher of watchers) greet(feed, watcher, status)
      return
    }
    enqueue(feed, async () => {
      const files = await filesBetween(before.revision, status.revision)
      for (const watcher of watchers) send(feed, watcher, { type: 'change', status, from: before.revision, files })
    })
  }

  /** The first event of a watcher: where things stand, or what it missed. */
  function greet(feed: Feed, watcher: Watcher, status: Status): void {
    enqueue(feed, async () => send(feed, watcher, await firstEvent(watcher, status)))
  }

  async function firstEvent({ lastEventId }: Watcher, status: Status): Promise<WatchEvent> {
    if (lastEventId === undefined || lastEventId === statusId(status)) return { type: 'state', status }
    const from = revisionOfId(lastEventId)
    const to = status.revision
    if (!from || !to) return { type: 'reset', status, reason: 'No commit was served then, or none is now.' }
    if (!(await deps.isOwn(from, status.head ?? to))) return { type: 'reset', status, reason: NOT_OWN }
    return { type: 'change', status, from, files: await filesBetween(from, to) }
  }

  /** Undefined where they cannot be told. */
  async function filesBetween(from: Oid | null, to: Oid | null): Promise<readonly FileChange[] | undefined> {
    if (!from || !to) return undefined
    if (from === to) return []
    try {
      return await deps.changedFiles(from, to)
    } catch (error) {
      refused(error)
      return undefined
    }
  }

  function send(feed: Feed, watcher: Watcher, event: WatchEvent): void {
    if (watcher.isOver) return
    if (watcher.sink.send(event) === 'full') drop(feed, watcher)
  }

  function enqueue(feed: Feed, work: () => Promise<void>): void {
    feed.underWay += 1
    feed.line = feed.line
      .then(work)
      .catch(onError)
      .finally(() => {
        feed.underWay -= 1
      })
  }

  return {
    subscribe,
    count: () => watching,
    stop() {
      isStopped = true
      for (const feed of [...feeds.values()]) {
        for (const watcher of [...feed.watchers]) end(feed, watcher, 'server-stopping')
      }
    },
  }
}

const newFeed = (tenant: TenantId): Feed => ({
  tenant,
  status: undefined,
  watchers: new Set(),
  isReading: false,
  fruitless: 0,
  notBeforeMs: 0,
  line: Promise.resolve(),
  underWay: 0,
})

const NOT_OWN = 'The last event is of no commit of this history: it was rewritten, or is another one.'

const limitReached = (who: string, limit: number): AppError =>
  new AppError('watch-limit-reached', {
    detail: `As many as ${limit} watch already, which is what ${who} takes; try again in ${RETRY_SECONDS} s.`,
    headers: { 'Retry-After': RETRY_SECONDS },
  })

const stopping = (): AppError =>
  new AppError('overloaded', {
    detail: 'The server is stopping; watch another one, or this one when it is back.',
    headers: { 'Retry-After': RETRY_SECONDS },
  })
