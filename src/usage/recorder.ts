/**
 * Usage from the request to the database: counted in memory, written once a second.
 * Invariants: a request never waits for the database; a `kill -9` costs at most the last `GROUP_MS`; each count is
 * written once, also where a write failed and was tried again.
 */
import { setImmediate as eventLoopTurn } from 'node:timers/promises'
import type { Actor } from '../access/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import type { TenantId } from '../kernel/ids.ts'
import type { Sighting, UserStore } from '../users/store.ts'
import type { UsageStore } from './store.ts'
import { type AnsweredRequest, createTally, type EndedExecution, inParts, type UsageBatch } from './tally.ts'

export type UsageRecorder = {
  answered(
    request: Omit<AnsweredRequest, 'tenant' | 'fromMemory'>,
    scope: Pick<AnsweredRequest, 'tenant' | 'fromMemory'> & { origin: { actor: Actor } },
  ): void
  executed(tenant: TenantId, execution: EndedExecution): void
  /** When it resolves, all that was counted before the call is in the store, and told to `onCounted`. */
  flush(): Promise<void>
  close(): Promise<void>
}

const GROUP_MS = 1_000
/** Parts that are kept of writes that failed: with the disk full for long, the oldest counts go first. */
const MAX_UNWRITTEN = 6_000

export function createUsageRecorder({
  store,
  users,
  clock,
  onCounted,
  onError,
}: {
  store: Pick<UsageStore, 'add'>
  users: Pick<UserStore, 'seen'>
  clock: Pick<Clock, 'now'>
  /** Told of every batch once, before it is written. */
  onCounted(batch: UsageBatch): void
  /** Told of a write that failed; it is tried again with the next. */
  onError(error: unknown): void
}): UsageRecorder {
  const tally = createTally(clock)
  let sightings = new Map<string, Sighting>()
  let unwritten: UsageBatch[] = []
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  async function writeGroup(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const seen = [...sightings.values()]
    sightings = new Map()
    const batch = tally.take()
    if (batch) {
      unwritten.push(...inParts(batch))
      onCounted(batch)
    }
    unwritten = unwritten.slice(-MAX_UNWRITTEN)
    for (let next = unwritten[0]; next; next = unwritten[0]) {
      await store.add(next)
      unwritten.shift()
      await eventLoopTurn()
    }
    if (seen.length > 0) await users.seen(seen)
  }

  /** One after the other. */
  function flush(): Promise<void> {
    const written = writing.then(writeGroup)
    writing = written.catch(() => {})
    return written
  }

  const writeSoon = (): void => {
    timer ??= setTimeout(() => {
      flush().catch((error: unknown) => {
        onError(error)
        writeSoon()
      })
    }, GROUP_MS)
  }

  return {
    answered({ method, route, status, durationMs }, { tenant, fromMemory, origin }) {
      tally.answered({ tenant, method, route, status, durationMs, fromMemory })
      const { actor } = origin
      if (actor.kind === 'key' && actor.userId !== null) {
        sightings.set(actor.userId, { tenant, id: actor.userId, at: clock.now() })
      }
      writeSoon()
    },
    executed(tenant, execution) {
      tally.executed(tenant, execution)
      writeSoon()
    },
    flush,
    async close() {
      clearTimeout(timer)
      await flush()
    },
  }
}
