/**
 * Standings on their way to the disk: noted in memory, written in groups. A request that is answered by its head waits
 * for nothing; of a refused head the last good commit is pinned at once, before anybody can collect it.
 * Invariant: what was noted is found, written or not.
 */
import type { TenantId } from '../kernel/ids.ts'
import { continues, type Pins, type Standing, type StandingCounts, type StandingRows } from './standing.ts'

export type Standings = {
  find(tenant: TenantId): Promise<Standing | undefined>
  counts(): Promise<StandingCounts>
  note(standing: Standing): void
  /** When it resolves, all that was noted before the call is written and pinned. */
  flush(): Promise<void>
  close(): Promise<void>
}

const GROUP_MS = 1_000
/** Rows between two turns of the event loop, about a millisecond. */
const ROWS_PER_TURN = 200

/** @param onError told of what could not be written; it is tried again with the next group */
export function createStandings({
  rows,
  pins,
  onError,
}: {
  rows: StandingRows
  pins: Pins
  onError: (error: unknown) => void
}): Standings {
  let noted = new Map<TenantId, Standing>()
  let timer: NodeJS.Timeout | undefined
  let isUrgent = false
  let writing: Promise<void> = Promise.resolve()

  async function writeGroup(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    isUrgent = false
    const taken = noted
    noted = new Map()
    try {
      const standings = [...taken.values()]
      for (let at = 0; at < standings.length; at += ROWS_PER_TURN) {
        await rows.save(standings.slice(at, at + ROWS_PER_TURN))
        await turn()
      }
      await pins.pin(
        new Map(standings.flatMap(({ tenant, good, refused }) => (good && refused ? [[tenant, good]] : []))),
      )
      await pins.unpin(standings.filter(({ refused }) => refused === null).map(({ tenant }) => tenant))
    } catch (error) {
      // What was noted meanwhile is newer.
      noted = new Map([...taken, ...noted])
      throw error
    }
  }

  function flush(): Promise<void> {
    const written = writing.then(writeGroup)
    writing = written.catch(() => {})
    return written
  }

  function writeIn(delayMs: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      flush().catch((error: unknown) => {
        onError(error)
        writeIn(GROUP_MS)
      })
    }, delayMs)
    timer.unref()
  }

  return {
    async find(tenant) {
      const written = await rows.find(tenant)
      const latest = noted.get(tenant) ?? written
      if (!latest || !written || !continues(written, latest)) return latest
      return { ...latest, sinceMs: written.sinceMs }
    },
    async counts() {
      await flush()
      return rows.counts()
    },
    note(standing) {
      noted.set(standing.tenant, standing)
      if (standing.refused !== null && !isUrgent) {
        isUrgent = true
        writeIn(0)
      } else if (timer === undefined) writeIn(GROUP_MS)
    },
    flush,
    async close() {
      clearTimeout(timer)
      await flush()
    },
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
