/**
 * What one watched branch serves, looked at again and again, and the line in which its events leave.
 * Invariants: statuses are told in the order in which they were, none twice in a row; a branch that cannot be kept in
 * memory, as one with a damaged object, is read at ever longer intervals.
 */
import type { Clock } from '../kernel/clock.ts'
import { AppError } from '../kernel/errors.ts'
import type { TenantId } from '../kernel/ids.ts'
import type { Served } from '../snapshots/snapshot.ts'
import { type Look, type Status, statusId, statusOf } from './status.ts'

export type Feed = {
  tenant: TenantId
  /** As of the last look; undefined while the first is under way. */
  status(): Status | undefined
  /** Takes in what is served now: at once where that is in memory. */
  look(): void
  /** Does `work` after what was given before it. */
  enqueue(work: () => Promise<void>): void
}

export type FeedDeps = {
  read(tenant: TenantId): Served | undefined | Promise<Served>
  /** Told of each new status. @param before undefined = it is the first */
  onStatus(feed: Feed, status: Status, before: Status | undefined): void
  clock: Clock
  onError(error: unknown): void
}

/** How often the branches are looked at. */
export const LOOK_MS = 200
const LONGEST_PAUSE_MS = 5_000
/** Statuses of one tenant that are on their way; the next look takes in what came meanwhile as one. */
const MAX_UNDER_WAY = 8

export function openFeed(tenant: TenantId, { read, onStatus, clock, onError }: FeedDeps): Feed {
  let status: Status | undefined
  let isReading = false
  /** Looks in a row that had to read and found nothing new: the next ones wait longer. */
  let fruitless = 0
  let notBeforeMs = 0
  let line = Promise.resolve()
  let underWay = 0

  function look(): void {
    if (isReading || underWay >= MAX_UNDER_WAY || clock.monotonic() < notBeforeMs) return
    const seen = attempt()
    if (!(seen instanceof Promise)) {
      fruitless = 0
      take(statusOf(seen))
      return
    }
    isReading = true
    void seen
      .catch((error: unknown) => readingRefused(error, onError))
      .then((value) => {
        isReading = false
        const before = status
        take(statusOf(value))
        fruitless = before !== undefined && status === before ? fruitless + 1 : 0
        // Once may be a snapshot that had to make room; from then on it is one that cannot be kept.
        if (fruitless > 1) notBeforeMs = clock.monotonic() + Math.min(LOOK_MS * 2 ** fruitless, LONGEST_PAUSE_MS)
      })
  }

  function attempt(): Look | Promise<Served> {
    try {
      return read(tenant)
    } catch (error) {
      return readingRefused(error, onError)
    }
  }

  function take(now: Status): void {
    const before = status
    if (before && statusId(before) === statusId(now)) return
    status = now
    onStatus(feed, now, before)
  }

  const feed: Feed = {
    tenant,
    status: () => status,
    look,
    enqueue(work) {
      underWay += 1
      line = line
        .then(work)
        .catch(onError)
        .finally(() => {
          underWay -= 1
        })
    },
  }
  return feed
}

/** Why a branch cannot be read, as its watchers are told; what no rule foresaw goes to `onError` as well. */
export function readingRefused(error: unknown, onError: (error: unknown) => void): AppError {
  if (error instanceof AppError) return error
  onError(error)
  return new AppError('repository-failed', { detail: 'The branch cannot be read.' })
}
