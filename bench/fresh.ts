/**
 * A commit by git, and a request right after it, a thousand times over while others load the server. One stale answer ends
 * the benchmark. The rival is never stale either: it asks git for the file each time.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { exchange } from './exchange.ts'
import { createProduct, type Product } from './product.ts'
import { median, rowOf, type Sample } from './report.ts'
import { readOne, spreadOf } from './sample.ts'
import type { ServerProcess } from './server-process.ts'
import type { Standalone, StandaloneContext } from './standalone.ts'
import { wakeTenants } from './wake-tenants.ts'

const COMMITS = 1_000
/** Tenants that the load asks for. */
const LOADED = 100

/** One shell for all commits: a process costs less from there than from here. It tells the number when git has ended. */
const COMMITTING = `
while read -r n; do
  printf '{"n": %d}' "$n" > config/fresh.json
  git add config/fresh.json && git -c commit.gpgsign=false commit --quiet --message "change $n" && echo "$n"
done`

export const fresh: Standalone = async (context) => {
  const { options, progress } = context
  const product = await createProduct(context, 'fresh', Math.max(options.tenants, 2))
  const [tenant = '', ...others] = product.fixture.tenants
  execFileSync('git', ['-C', product.reposDir, 'checkout', '--quiet', `customer/${tenant}`])
  const server = await product.start()
  try {
    const loaded = spreadOf(others, LOADED)
    await wakeTenants(server.origin, loaded, readOne)
    const samples: Sample[] = []
    const commits = Math.ceil(COMMITS / options.rounds)
    for (let round = 0; round < options.rounds; round += 1) {
      const run = { product, server, tenant, from: round * commits, commits }
      samples.push(await underLoad(context, server, loaded, () => commitAndAsk(run)))
      progress(`${(round + 1) * commits} commits, no stale answer; median ${samples.at(-1)?.ours.toFixed(2)} ms`)
    }
    return [rowOf({ work: 'the answer right after a commit', rival: 'git show', unit: 'ms, median' }, samples)]
  } finally {
    await server.stop()
  }
}

/** Keeps the load up for as long as `work` takes. */
async function underLoad<T>(
  { load, options }: StandaloneContext,
  { origin }: ServerProcess,
  tenants: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  let isOver = false
  const requests = tenants.map(readOne)
  const loading = (async () => {
    while (!isOver) await load(origin, requests, options.seconds)
  })()
  try {
    return await work()
  } finally {
    isOver = true
    await loading
  }
}

type Run = { product: Product; server: ServerProcess; tenant: string; from: number; commits: number }

/** @throws Error at the first stale answer */
async function commitAndAsk({ product, server, tenant, from, commits }: Run): Promise<Sample> {
  const { reposDir } = product
  const shell = spawn('bash', ['-c', COMMITTING], { cwd: reposDir, stdio: ['pipe', 'pipe', 'inherit'] })
  const done = createInterface({ input: shell.stdout })[Symbol.asyncIterator]()
  const request = { ...readOne(tenant), path: '/api/v1/config/fresh/n' }
  const ours: number[] = []
  const theirs: number[] = []
  for (let n = from + 1; n <= from + commits; n += 1) {
    shell.stdin.write(`${n}\n`)
    await done.next()
    const startedAt = performance.now()
    const { body } = await exchange(server.origin, request)
    ours.push(performance.now() - startedAt)
    if (body !== String(n)) throw new Error(`Stale: after commit ${n} the answer was ${body.slice(0, 200)}`)
    const rivalAt = performance.now()
    execFileSync('git', ['-C', reposDir, 'show', `refs/heads/customer/${tenant}:config/fresh.json`])
    theirs.push(performance.now() - rivalAt)
  }
  shell.stdin.end()
  await once(shell, 'exit')
  return { ours: median(ours), theirs: median(theirs) }
}
