/**
 * What tenants take in memory: the resident memory of a server that has every tenant's snapshot, and what each further
 * tenant adds. The rival keeps each tenant's configuration as the plain objects that its JSON stands for.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createProduct } from './product.ts'
import { type Row, rowOf, type Sample } from './report.ts'
import { readOne } from './sample.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import type { Standalone } from './standalone.ts'
import { wakeTenants } from './wake-tenants.ts'

/** In which a server that has nothing to do gives back what it no longer needs. */
const REST_MS = 12_000

export const memory: Standalone = async (context) => {
  const { options, scratch, programs, progress } = context
  const product = await createProduct(context, 'memory', options.tenants)
  const { tenants } = product.fixture
  const half = tenants.slice(0, tenants.length >> 1)
  const totals: Sample[] = []
  const each: Sample[] = []
  for (let round = 1; round <= options.rounds; round += 1) {
    const ours = await measure(await product.start(), half, tenants)
    const rival = await startServer([join(programs, 'plain-objects.mjs')], { cwd: scratch })
    const theirs = await measure(rival, half, tenants)
    progress(`round ${round}: ${ours.totalMb.toFixed(0)} MB to ${theirs.totalMb.toFixed(0)} MB`)
    totals.push({ ours: ours.totalMb, theirs: theirs.totalMb })
    each.push({ ours: ours.eachKb, theirs: theirs.eachKb })
  }
  const rival = 'plain objects for each'
  const rows: Row[] = [
    rowOf({ work: 'resident, every snapshot in memory', rival, unit: 'MB' }, totals),
    rowOf({ work: 'resident, each further tenant', rival, unit: 'KB a tenant' }, each),
  ]
  return rows.filter(({ work }) => work.includes(options.only))
}

async function measure(server: ServerProcess, half: readonly string[], all: readonly string[]) {
  try {
    await wakeTenants(server.origin, half, readOne)
    const halfKb = await residentKb(server)
    await wakeTenants(server.origin, all.slice(half.length), readOne)
    const totalKb = await residentKb(server)
    return { totalMb: totalKb / 1024, eachKb: Math.max(0.1, (totalKb - halfKb) / (all.length - half.length)) }
  } finally {
    await server.stop()
  }
}

/** From Linux's own account of the process (proc(5)). */
async function residentKb({ pid }: ServerProcess): Promise<number> {
  await delay(REST_MS)
  const text = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (text === undefined) throw new Error('The memory of a process is read from /proc, which is not here.')
  return Number(text)
}
