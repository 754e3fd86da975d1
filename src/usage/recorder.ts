/**
 * Usage from the request to the database: counted in memory, written once a second, added up at leisure.
 * Invariants: a request never waits for the database; a `kill -9` costs at most the last `GROUP_MS`; each count is
 * written once, also where a write failed and was tried again.
 */
import type { Actor } from '../access/actor.ts'
import type { Clock } from '../kernel/clock.ts'
import type { TenantId } from '../kernel/ids.ts'
import type { Sighting, UserStore } from '../users/store.ts'
import { PARTS } from './parts.ts'
import type { UsageStore } from './store.ts'
import { type AnsweredRequest, createTally, type EndedExecution, type UsageBatch } from './tally.ts'

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

export function createUsageRecorder({
  store,
  users,
  clock,
  onCounted,
  onError,
}: {
  store: Pick<UsageStore, 'add' | 'addUp'>
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
  let groups = 0

  /** While the database takes nothing, counts stay in the tally, where more of them take no more room. */
  async function writeGroup(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    await writeTaken()
    unwritten = tally.take()
    for (const batch of unwritten) onCounted(batch)
    await writeTaken()
    if (sightings.size === 0) return
    const seen = [...sightings.values()]
    sightings = new Map()
    await users.seen(seen)
  }

  async function writeTaken(): Promise<void> {
    if (unwritten.length > 0) await store.add(unwritten)
    unwritten = []
  }

  /** One after the other. */
  function inOrder(work: () => Promise<void>): Promise<void> {
    const done = writing.then(work)
    writing = done.catch(() => {})
    return done
  }

  const flush = (): Promise<void> => inOrder(writeGroup)

  /** Each group adds up a part, so that every part is added up once in as many seconds as there are parts. */
  const writeAndAddUp = async (): Promise<void> => {
    await writeGroup()
    groups += 1
    await store.addUp(groups % PARTS)
  }

  const writeSoon = (): void => {
    timer ??= setTimeout(() => {
      inOrder(writeAndAddUp).catch((error: unknown) => {
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
