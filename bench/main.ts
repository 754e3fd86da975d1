/** A benchmark from its command line to its report. The report goes to standard output, everything else to the other. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from './bench.ts'
import { cold } from './cold.ts'
import { controls } from './controls.ts'
import { execute } from './execute.ts'
import { createFixture } from './fixture.ts'
import { fresh } from './fresh.ts'
import { KEY_TENANTS, keys } from './keys.ts'
import { fastestLoad, loadBy } from './load.ts'
import { compareWithBareHono } from './measure.ts'
import { memory } from './memory.ts'
import { type Options, readOptions, UsageError, usageOf } from './options.ts'
import { provision } from './provision.ts'
import { read } from './read.ts'
import { type Report, type Row, tableOf } from './report.ts'
import { rollout } from './rollout.ts'
import { scale } from './scale.ts'
import { productIn, startServer } from './server-process.ts'
import type { Standalone } from './standalone.ts'
import { underRollout } from './under-rollout.ts'
import { wakeTenants } from './wake-tenants.ts'
import { write } from './write.ts'

const BENCHES: Readonly<Record<string, Bench>> = { execute, read }

/** Those that need no server: they measure a part of the product by itself. */
const SERVERLESS: Readonly<Record<string, (options: Options, root: string) => Promise<Report>>> = {
  async keys({ name, rounds }) {
    return { name, tenants: KEY_TENANTS, rows: await keys({ rounds, progress }) }
  },
  async rollout({ name, rounds, tenants }, root) {
    return { name, tenants, rows: await rollout({ root, tenants, rounds, progress }) }
  },
}

/** Those that make fixtures and start servers of their own. */
const STANDALONE: Readonly<Record<string, Standalone>> = {
  cold,
  fresh,
  memory,
  provision,
  scale,
  'under-rollout': underRollout,
  write,
}

const progress = (text: string): void => {
  process.stderr.write(`bench: ${text}\n`)
}

/**
 * @param root the checkout
 * @returns the exit code
 */
export async function main(args: readonly string[], root: string): Promise<number> {
  const names = Object.keys({ ...BENCHES, ...SERVERLESS, ...STANDALONE })
  try {
    const options = readOptions(args, names)
    if (options === 'help') process.stdout.write(usageOf(names))
    else {
      const report = await reportOf(options, root)
      process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : tableOf(report))
    }
    return 0
  } catch (error) {
    const known = error instanceof UsageError
    progress(known ? `${error.message} --help tells more.` : String(error instanceof Error ? error.stack : error))
    return known ? 2 : 1
  }
}

function reportOf(options: Options, root: string): Promise<Report> {
  const standalone = STANDALONE[options.name]
  if (standalone) return alone(standalone, options, root)
  return SERVERLESS[options.name]?.(options, root) ?? measured(options, root)
}

async function alone(bench: Standalone, options: Options, root: string): Promise<Report> {
  const scratch = mkdtempSync(join(tmpdir(), 'espalier-bench-'))
  const programs = import.meta.dirname
  try {
    const load = loadBy(options.load ?? fastestLoad(), { root, programs, scratch })
    const rows = await bench({ options, root, scratch, programs, load, progress })
    return { name: options.name, tenants: options.tenants, rows }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function measured(
  { name, tenants, only, rounds, seconds, load, controls: controlled }: Options,
  root: string,
): Promise<Report> {
  const scratch = mkdtempSync(join(tmpdir(), 'espalier-bench-'))
  const programs = import.meta.dirname
  const reposDir = join(scratch, 'repos')
  const generator = load ?? fastestLoad()
  if (generator !== 'wrk') progress('the load comes from autocannon, which flatters the slower side; wrk would not')
  try {
    progress(`a fixture of ${tenants} tenants`)
    if (controlled) {
      const load = loadBy(generator, { root, programs, scratch })
      const rows = await controls({ root, tenants, load, rounds, seconds, programs, scratch, progress })
      return { name, tenants, rows: rows.filter(({ work }) => work.includes(only)) }
    }
    const fixture = await createFixture({ reposDir, starterDir: join(root, 'starter'), tenants })
    const env = { APP_ADDR: '127.0.0.1:0', REPOS_DIR: reposDir, ESPALIER_DATA_DIR: join(scratch, 'data') }
    const product = await startServer(productIn(root), { cwd: scratch, env })
    try {
      const { origin } = product
      progress('every tenant once, so that none is cold')
      await wakeTenants(origin, [fixture.starterTenant, ...fixture.tenants])
      const measuring = { origin, load: loadBy(generator, { root, programs, scratch }) }
      const comparisons = (await BENCHES[name]!({ origin, fixture })).filter(({ work }) => work.includes(only))
      if (comparisons.length === 0) throw new UsageError(`No row of ${name} holds "${only}".`)
      const rows: Row[] = []
      for (const comparison of comparisons) {
        rows.push(await compareWithBareHono(comparison, { ...measuring, rounds, seconds, programs, scratch, progress }))
      }
      return { name, tenants, rows }
    } finally {
      await product.stop()
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
