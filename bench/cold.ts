/**
 * What is not in memory yet: the start, the first answer of a tenant, all tenants one after another, and whether the
 * others notice when a thousand tenants wake at once.
 */

import { createCompiler } from '../src/app/compiler.ts'
import { openObjects } from '../src/git/objects/objects.ts'
import { createRefReader } from '../src/git/refs/refs.ts'
import type { RefName } from '../src/kernel/ids.ts'
import { createSnapshotBuilder } from '../src/snapshots/build.ts'
import { createProduct, type Product } from './product.ts'
import { median, type Row, rowOf, type Sample } from './report.ts'
import { openPlainReader } from './rivals/isomorphic-git.ts'
import { latencies, percentile, readOne, spreadOf } from './sample.ts'
import type { ServerProcess } from './server-process.ts'
import type { Standalone } from './standalone.ts'

/** Where there is nobody to compare with, what we want to reach. */
const AIM = { readyMs: 1_000, allMs: 5_000 } as const
const SINGLE = 200
const STORM = { tenants: 1_000, atOnce: 50 } as const

export const cold: Standalone = async (context) => {
  const { options, progress } = context
  const product = await createProduct(context, 'cold', options.tenants)
  const starts: Sample[] = []
  const firsts: Sample[] = []
  const alls: Sample[] = []
  const storms: Sample[] = []
  // The first start makes the database, and is not counted.
  await (await product.start()).stop()
  for (let round = 1; round <= options.rounds; round += 1) {
    const startedAt = performance.now()
    const server = await product.start()
    starts.push({ ours: performance.now() - startedAt, theirs: AIM.readyMs })
    try {
      firsts.push(await firstAnswers(product, server))
      storms.push(await storm(product, server))
    } finally {
      await server.stop()
    }
    alls.push({ ours: await validateAll(product), theirs: AIM.allMs })
    progress(
      `round ${round}: ${[starts, firsts, storms, alls].map((each) => each.at(-1)?.ours.toFixed(1)).join(', ')} ms`,
    )
  }
  const rows: Row[] = [
    rowOf({ work: 'start to ready', rival: 'the aim', unit: 'ms' }, starts),
    rowOf({ work: 'first answer of a cold tenant', rival: 'isomorphic-git, one cache', unit: 'ms, median' }, firsts),
    rowOf({ work: 'hot reads while 1,000 tenants wake', rival: 'the same in quiet', unit: 'ms, p99' }, storms),
    rowOf({ work: 'validate all', rival: 'the aim', unit: 'ms' }, alls),
  ]
  return rows.filter(({ work }) => work.includes(options.only))
}

/** The rival reads every file of the same tenants, and neither parses nor checks any. */
async function firstAnswers({ fixture, reposDir }: Product, { origin }: ServerProcess): Promise<Sample> {
  const tenants = spreadOf(fixture.tenants, SINGLE)
  const [first = '', ...others] = tenants
  await latencies(origin, [readOne(first)])
  const ours = median(await latencies(origin, others.map(readOne)))
  const plain = openPlainReader(reposDir)
  await plain.read(first)
  const tookMs: number[] = []
  for (const tenant of others) {
    const startedAt = performance.now()
    await plain.read(tenant)
    tookMs.push(performance.now() - startedAt)
  }
  return { ours, theirs: median(tookMs) }
}

/** One caller of a hot tenant, before and while others ask for a thousand cold ones. */
async function storm({ fixture }: Product, { origin }: ServerProcess): Promise<Sample> {
  const hot = readOne(fixture.tenants[0]!)
  const forever = function* () {
    for (;;) yield hot
  }
  await latencies(
    origin,
    Array.from({ length: 2_000 }, () => hot),
  )
  const quiet = await latencies(
    origin,
    Array.from({ length: 2_000 }, () => hot),
  )
  let isOver = false
  const measured = latencies(origin, forever(), () => isOver)
  const waiting = fixture.tenants.slice(-STORM.tenants).values()
  await Promise.all(Array.from({ length: STORM.atOnce }, () => latencies(origin, readEach(waiting)))).finally(() => {
    isOver = true
  })
  return { ours: percentile(await measured, 0.99), theirs: percentile(quiet, 0.99) }
}

function* readEach(tenants: Iterable<string>) {
  for (const tenant of tenants) yield readOne(tenant)
}

/** In this process: the snapshots of all tenants, built from nothing. */
async function validateAll({ fixture, reposDir }: Product): Promise<number> {
  const gitDir = `${reposDir}/.git`
  const refs = createRefReader(gitDir)
  const objects = openObjects(gitDir)
  const compiler = createCompiler()
  const builder = createSnapshotBuilder(objects, compiler.compile)
  const startedAt = performance.now()
  const waiting = fixture.tenants.values()
  const validate = async (): Promise<void> => {
    for (const tenant of waiting) {
      const state = refs.read(`refs/heads/customer/${tenant}` as RefName)
      if (state.kind !== 'oid') throw new Error(`${tenant} has no branch`)
      const root = await objects.rootOf(state.oid)
      const built = await builder.build(root.oid, root.entries)
      if (built.kind !== 'content') throw new Error(`${tenant} is not valid`)
    }
  }
  await Promise.all(Array.from({ length: 16 }, validate))
  const tookMs = performance.now() - startedAt
  objects.close()
  await compiler.close()
  return tookMs
}
