/**
 * Commits by the API, validated, signed and on the disk when they are answered, beside isomorphic-git's add-and-commit.
 * Invariant: at the end git finds every answered commit in its branch, once, and nothing wrong with the repository.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { type Request, recordAnswer } from './exchange.ts'
import { createFixture } from './fixture.ts'
import { type Row, rowOf, type Sample } from './report.ts'
import { openRival } from './rivals/isomorphic-commits.ts'
import { productIn, startServer } from './server-process.ts'
import type { Standalone } from './standalone.ts'
import { wakeTenants } from './wake-tenants.ts'

const TENANTS = 100
const CLIENTS = 8
const RIVAL = 'isomorphic-git add, commit'

export const write: Standalone = async ({ root, scratch, options: { rounds, seconds }, progress }) => {
  const reposDir = join(scratch, 'repos')
  const { tenants } = await createFixture({ reposDir, starterDir: join(root, 'starter'), tenants: TENANTS })
  const env = { APP_ADDR: '127.0.0.1:0', REPOS_DIR: reposDir, ESPALIER_DATA_DIR: join(scratch, 'data') }
  const rival = openRival(reposDir, join(scratch, 'rival'), `customer/${tenants[0]}`)
  const product = await startServer(productIn(root), { cwd: scratch, env })
  const answered = new Map<string, number>(tenants.map((tenant) => [tenant, 0]))
  let turn = 0

  /** Commits a second, by several clients at once, each with the tenants by turns. */
  async function commitFor(among: readonly string[]): Promise<number> {
    const start = performance.now()
    let count = 0
    const client = async (): Promise<void> => {
      while (performance.now() - start < seconds * 1_000) {
        turn += 1
        const tenant = among[turn % among.length]!
        await recordAnswer(product.origin, commitOf(tenant, turn), 201)
        answered.set(tenant, answered.get(tenant)! + 1)
        count += 1
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, client))
    return (count * 1_000) / (performance.now() - start)
  }

  async function rivalFor(): Promise<number> {
    const start = performance.now()
    let count = 0
    for (; performance.now() - start < seconds * 1_000; count += 1) await rival(contentOf(count))
    return (count * 1_000) / (performance.now() - start)
  }

  async function row(work: string, among: readonly string[]): Promise<Row> {
    const samples: Sample[] = []
    for (let round = 0; round <= rounds; round += 1) {
      const ours = await commitFor(among)
      const theirs = await rivalFor()
      progress(`${work}, ${round === 0 ? 'warm-up' : `round ${round}`}: ${Math.round(ours)} to ${Math.round(theirs)}`)
      if (round > 0) samples.push({ ours, theirs })
    }
    return rowOf({ work, rival: RIVAL, unit: 'commits/s' }, samples)
  }

  try {
    await wakeTenants(product.origin, tenants)
    return [
      await row(`one tenant, ${CLIENTS} clients`, tenants.slice(0, 1)),
      await row(`${TENANTS} tenants, ${CLIENTS} clients`, tenants),
    ]
  } finally {
    await product.stop()
    requireNothingLost(reposDir, answered)
    progress('git found every answered commit in its branch, and nothing wrong')
  }
}

const contentOf = (turn: number): string => `${JSON.stringify({ number: turn, contact: 'desk@customer.example' })}\n`

const commitOf = (tenant: string, turn: number): Request => ({
  method: 'POST',
  path: '/api/v1/commits',
  headers: { 'X-Tenant-ID': tenant, 'Content-Type': 'application/json' },
  body: JSON.stringify({
    message: 'Change the customer',
    changes: [{ path: 'config/customer.json', ifMatch: '*', content: contentOf(turn) }],
  }),
})

function requireNothingLost(reposDir: string, answered: ReadonlyMap<string, number>): void {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: reposDir, stdio: 'pipe' }).toString().trim()
  for (const [tenant, count] of answered) {
    const found = Number(git('rev-list', '--count', '--committer=service@espalier.invalid', `customer/${tenant}`))
    if (found !== count) throw new Error(`${tenant}: ${count} commits were answered, and its branch has ${found}.`)
  }
  git('fsck', '--full', '--no-dangling')
}
