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
import { type Feed, LOOK_MS, openFeed, readingRefused } from './feed.ts'
import { revisionOfId, type Status, statusId } from './status.ts'

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
const HEARTBEAT_MS = 15_000
const ENTITLEMENT_MS = 1_000
const RETRY_SECONDS = '5'

type Watcher = Subscription & { isOver: boolean }

/** Who watches one tenant. */
type Audience = { feed: Feed; watchers: Set<Watcher> }

export function createWatch(deps: WatchDeps): Watch {
  const { clock, onError } = deps
  const audiences = new Map<TenantId, Audience>()
  const read = (tenant: TenantId) => deps.current(tenant, deps.refOf(tenant))
  let watching = 0
  let timer: NodeJS.Timeout | undefined
  let lastBeatMs = clock.monotonic()
  let lastEntitlementMs = lastBeatMs
  let isStopped = false

  function subscribe(subscription: Subscription): () => void {
    if (isStopped) throw stopping()
    const { tenant } = subscription
    const audience = audiences.get(tenant) ?? newAudience(tenant)
    const { feed, watchers } = audience
    if (watching >= WATCH_LIMITS.perServer) throw limitReached('this server', WATCH_LIMITS.perServer)
    if (watchers.size >= WATCH_LIMITS.perTenant) throw limitReached('a tenant', WATCH_LIMITS.perTenant)
    audiences.set(tenant, audience)
    const watcher: Watcher = { ...subscription, isOver: false }
    watching += 1
    feed.look()
    watchers.add(watcher)
    // Where the branch is still being read, its first status greets all who wait for it.
    const status = feed.status()
    if (status) greet(feed, watcher, status)
    timer ??= setInterval(tick, LOOK_MS)
    return () => drop(watcher)
  }

  const newAudience = (tenant: TenantId): Audience => ({
    feed: openFeed(tenant, { read, onStatus: tell, clock, onError }),
    watchers: new Set(),
  })

  function drop(watcher: Watcher): void {
    if (watcher.isOver) return
    watcher.isOver = true
    watching -= 1
    const audience = audiences.get(watcher.tenant)
    audience?.watchers.delete(watcher)
    if (audience?.watchers.size === 0) audiences.delete(watcher.tenant)
    if (watching === 0 && timer) {
      clearInterval(timer)
      timer = undefined
    }
  }

  function tick(): void {
    const now = clock.monotonic()
    const isBeat = now - lastBeatMs >= HEARTBEAT_MS
    const isReview = now - lastEntitlementMs >= ENTITLEMENT_MS
    if (isBeat) lastBeatMs = now
    if (isReview) lastEntitlementMs = now
    for (const { feed, watchers } of [...audiences.values()]) {
      const reason = refusalOf(feed.tenant)
      for (const watcher of [...watchers]) {
        if (reason) end(watcher, reason)
        else if (isReview && !watcher.isEntitled()) end(watcher, 'key-ended')
        else if (isBeat) watcher.sink.beat()
      }
      if (watchers.size > 0) feed.look()
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

  function end(watcher: Watcher, reason: EndReason): void {
    if (watcher.isOver) return
    drop(watcher)
    watcher.sink.send({ type: 'end', reason })
    watcher.sink.close()
  }

  function tell(feed: Feed, status: Status, before: Status | undefined): void {
    const audience = audiences.get(feed.tenant)
    // Everybody of this one has left, and somebody came anew.
    if (audience?.feed !== feed) return
    const watchers = [...audience.watchers]
    if (!before) {
      for (const watcher of watchers) greet(feed, watcher, status)
      return
    }
    feed.enqueue(async () => {
      const files = await filesBetween(before.revision, status.revision)
      for (const watcher of watchers) send(watcher, { type: 'change', status, from: before.revision, files })
    })
  }

  /** The first event of a watcher: where things stand, or what it missed. */
  function greet(feed: Feed, watcher: Watcher, status: Status): void {
    feed.enqueue(async () => send(watcher, await firstEvent(watcher, status)))
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
      readingRefused(error, onError)
      return undefined
    }
  }

  function send(watcher: Watcher, event: WatchEvent): void {
    if (watcher.isOver) return
    if (watcher.sink.send(event) === 'full') drop(watcher)
  }

  return {
    subscribe,
    count: () => watching,
    stop() {
      isStopped = true
      for (const { watchers } of [...audiences.values()]) {
        for (const watcher of [...watchers]) end(watcher, 'server-stopping')
      }
    },
  }
}

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
