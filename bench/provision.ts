/**
 * Creating tenants: many in one request, beside a loop of `git branch`; one by the script, beside a script of one
 * `git branch`. What we make is a branch, a row, an entry of the audit trail and a name in the registry.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordAnswer } from './exchange.ts'
import { createFixture } from './fixture.ts'
import { rowOf, type Sample } from './report.ts'
import { productIn, type ServerProcess, startServer } from './server-process.ts'
import type { Standalone } from './standalone.ts'

const PROVISIONED = 10_000
/** So many branches tell how long one takes. */
const BRANCHES_BY_HAND = 100
const SCRIPTS = 5

export const provision: Standalone = async ({ root, scratch, options: { rounds }, progress }) => {
  const reposDir = join(scratch, 'repos')
  await createFixture({ reposDir, starterDir: join(root, 'starter'), tenants: 1 })
  const env = { APP_ADDR: '127.0.0.1:0', REPOS_DIR: reposDir, ESPALIER_DATA_DIR: join(scratch, 'data') }
  const product = await startServer(productIn(root), { cwd: scratch, env })
  const byHand = join(scratch, 'by-hand.sh')
  writeFileSync(byHand, `#!/usr/bin/env bash\nset -euo pipefail\ngit -C '${reposDir}' branch "$1" main\n`, {
    mode: 0o755,
  })
  const timed = (program: string, ...args: string[]): number => {
    const start = performance.now()
    execFileSync(program, args, { stdio: 'pipe', env: { ...process.env, ESPALIER_URL: product.origin } })
    return performance.now() - start
  }
  try {
    const bulk: Sample[] = []
    const single: Sample[] = []
    for (let round = 0; round < rounds; round += 1) {
      const seconds = await createMany(product, round)
      const branches = Array.from({ length: BRANCHES_BY_HAND }, (_, i) => `by-hand/${round}-${i}`)
      const started = performance.now()
      for (const branch of branches) execFileSync('git', ['-C', reposDir, 'branch', branch, 'main'])
      const theirs = (BRANCHES_BY_HAND * 1_000) / (performance.now() - started)
      progress(`${PROVISIONED} tenants in ${seconds.toFixed(1)} s; \`git branch\`: ${Math.round(theirs)} a second`)
      bulk.push({ ours: PROVISIONED / seconds, theirs })
      for (let i = 0; i < SCRIPTS; i += 1) {
        const ours = timed(join(root, 'setup-tenant.sh'), `one-${round}-${i}`)
        single.push({ ours, theirs: timed(byHand, `one-by-hand/${round}-${i}`) })
      }
    }
    return [
      rowOf({ work: `${PROVISIONED} tenants in bulk`, rival: 'git branch in a loop', unit: 'tenants/s' }, bulk),
      rowOf({ work: 'setup-tenant.sh', rival: 'a script of one git branch', unit: 'ms' }, single),
    ]
  } finally {
    await product.stop()
  }
}

/** How long one request takes, in seconds. */
async function createMany({ origin }: ServerProcess, round: number): Promise<number> {
  const tenants = Array.from({ length: PROVISIONED }, (_, i) => ({ tenant_id: `bulk-${round}-${i}` }))
  const start = performance.now()
  const { body } = await recordAnswer(
    origin,
    { method: 'POST', path: '/admin/tenants:bulk', headers: {}, body: JSON.stringify({ tenants }) },
    200,
  )
  const seconds = (performance.now() - start) / 1_000
  const { created } = JSON.parse(body) as { created: number }
  if (created !== PROVISIONED) throw new Error(`Only ${created} of ${PROVISIONED} tenants were created.`)
  return seconds
}
