/** Following a run until it rests: a progress bar on standard error in a terminal, a line a status elsewhere. */
import type { Product } from '../line/product.ts'
import { progressText, type Rollout } from './text.ts'

type EventData = {
  at: string
  status: string
  wave: number
  counts: Readonly<Record<string, number>>
  etaSeconds: number | null
  reason: string | null
}

export const pathOf = (id: string): string => `/admin/rollouts/${encodeURIComponent(id)}`

/** Where a run waits for a person: `gate` does where it is let out by hand and another wave follows. */
const WAITS: ReadonlySet<string> = new Set(['paused', 'planned'])

/** Resolves with the run when it is over, or waits for a person or for its time. */
export async function follow(product: Product, id: string): Promise<Rollout> {
  const path = pathOf(id)
  const start = await product.ask<Rollout>('GET', path)
  const bar = createBar()
  if (!rests(start)) {
    for await (const { data } of product.events(`${path}/events`)) {
      const event = JSON.parse(data) as EventData
      // What was before is no progress.
      if (event.at >= start.updatedAt) bar.draw(event)
      if (event.status !== 'gate' && !WAITS.has(event.status)) continue
      // Events come from the start on: only the run itself says whether it still waits there.
      if (rests(await product.ask<Rollout>('GET', path))) break
    }
  }
  bar.end()
  return product.ask<Rollout>('GET', path)
}

function rests({ status, approval, wave, waves, startAt }: Rollout): boolean {
  if (status === 'approved') return startAt !== null && Date.parse(startAt) > Date.now()
  if (status !== 'gate') return WAITS.has(status)
  return approval === 'manual' && wave.gateAt === null && wave.index + 1 < waves.length
}

const DONE = ['applied', 'verified', 'failed', 'parked', 'rolled-back', 'rollback-parked']
const NOT_COUNTED = new Set(['noop', 'conflict', 'invalid', 'held'])

function createBar(): { draw(event: EventData): void; end(): void } {
  const isTerminal = process.stderr.isTTY === true
  let last = ''
  return {
    draw({ status, counts, etaSeconds }) {
      const total = Object.entries(counts).reduce(
        (sum, [state, count]) => (NOT_COUNTED.has(state) ? sum : sum + count),
        0,
      )
      const done = DONE.reduce((sum, state) => sum + (counts[state] ?? 0), 0)
      if (isTerminal) process.stderr.write(`\r\x1b[K${progressText(done, total, status, etaSeconds)}`)
      else if (status !== last) process.stderr.write(`${status}: ${done} of ${total}\n`)
      last = status
    },
    end() {
      if (isTerminal && last !== '') process.stderr.write('\n')
    },
  }
}
