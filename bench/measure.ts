/**
 * One row of a benchmark: our server beside a rival that gives the same answer, by turns.
 * Invariant: the rival's answer has been compared with ours, header by header, before anything is measured.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Answer, exchange, type Request, recordAnswer } from './exchange.ts'
import type { Load } from './load.ts'
import { type Row, rowOf, type Sample } from './report.ts'
import type { Exhibit } from './rivals/bare-hono.ts'
import { type ServerProcess, startServer } from './server-process.ts'

export type Comparison = {
  work: string
  status: number
  /** Sent in random order; the first is the one whose answer the rival gives. */
  requests: readonly [Request, ...Request[]]
}

export type Measuring = {
  /** Where our server listens. */
  origin: string
  load: Load
  rounds: number
  /** Of one half of a round. */
  seconds: number
  /** The bundled rivals, and a place for what they need. */
  programs: string
  scratch: string
  progress(text: string): void
}

export async function compareWithBareHono(comparison: Comparison, measuring: Measuring): Promise<Row> {
  const { work, requests, status } = comparison
  const answer = await recordAnswer(measuring.origin, requests[0], status)
  const rival = await startRival({ request: requests[0], answer }, measuring)
  try {
    await requireSame(await exchange(rival.origin, requests[0]), answer)
    const samples = await alternate({ work, ours: requests }, { origin: rival.origin, requests }, measuring)
    return rowOf({ work, rival: 'bare Hono' }, samples)
  } finally {
    await rival.stop()
  }
}

function startRival(exhibit: Exhibit, { programs, scratch }: Measuring): Promise<ServerProcess> {
  const file = join(scratch, 'exhibit.json')
  writeFileSync(file, JSON.stringify(exhibit))
  return startServer([join(programs, 'bare-hono.mjs'), file], { cwd: scratch })
}

async function requireSame(theirs: Answer, ours: Answer): Promise<void> {
  const [a, b] = [theirs, ours].map(({ status, headers, body }) => JSON.stringify([status, fingerprint(headers), body]))
  if (a !== b) throw new Error(`The rival answers ${a}, and we ${b}.`)
}

const fingerprint = (headers: Answer['headers']): string[] =>
  Object.entries(headers)
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .sort()

/** The first round warms both up and is not counted. */
export async function alternate(
  { work, ours: requests }: { work: string; ours: readonly Request[] },
  rival: { origin: string; requests: readonly Request[] },
  measuring: Pick<Measuring, 'origin' | 'load' | 'rounds' | 'seconds' | 'progress'>,
): Promise<Sample[]> {
  const { origin, load, rounds, seconds, progress } = measuring
  const samples: Sample[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const ours = await load(origin, requests, seconds)
    const theirs = await load(rival.origin, rival.requests, seconds)
    progress(`${work}, ${round === 0 ? 'warm-up' : `round ${round}`}: ${Math.round(ours)} to ${Math.round(theirs)}`)
    if (round > 0) samples.push({ ours, theirs })
  }
  return samples
}
