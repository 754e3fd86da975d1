/**
 * Reads while main goes out to all tenants: how many the server answers from the plan's beginning to the last branch,
 * beside what it answers in quiet. The rollout is the product's own, over HTTP, journal and all.
 */
import { exchange } from './exchange.ts'
import { createProduct } from './product.ts'
import { median, rowOf, type Sample } from './report.ts'
import { readOne, spreadOf } from './sample.ts'
import type { Standalone } from './standalone.ts'
import { changeTrunk } from './trunk-change.ts'
import { wakeTenants } from './wake-tenants.ts'

/** Tenants that the load asks for. */
const LOADED = 1_000
const QUIET_ROUNDS = 5

export const underRollout: Standalone = async ({ options, progress, root, scratch, load }) => {
  const samples: Sample[] = []
  for (let round = 1; round <= options.rounds; round += 1) {
    const product = await createProduct({ root, scratch, progress }, `under-rollout-${round}`, options.tenants)
    const server = await product.start()
    try {
      const loaded = spreadOf(product.fixture.tenants, LOADED)
      await wakeTenants(server.origin, loaded, readOne)
      const requests = loaded.map(readOne)
      const read = (): Promise<number> => load(server.origin, requests, options.seconds)
      await read()
      const quiet: number[] = []
      for (let at = 0; at < QUIET_ROUNDS; at += 1) quiet.push(await read())
      changeTrunk(product.reposDir)
      const startedAt = performance.now()
      let isOver = false
      const rolling = rollOut(server.origin).finally(() => {
        isOver = true
      })
      const during: number[] = []
      while (!isOver) during.push(await read())
      await rolling
      const seconds = (performance.now() - startedAt) / 1_000
      const ours = during.reduce((sum, rate) => sum + rate, 0) / during.length
      samples.push({ ours, theirs: median(quiet) })
      progress(
        `round ${round}: ${Math.round(ours)} to ${Math.round(median(quiet))} reads/s for ${seconds.toFixed(1)} s`,
      )
    } finally {
      await server.stop()
    }
  }
  return [rowOf({ work: 'reads while a rollout goes out', rival: 'the same in quiet', unit: 'requests/s' }, samples)]
}

/** Resolves when every branch has it. @throws Error where it ends otherwise */
async function rollOut(origin: string): Promise<void> {
  const ask = async (method: 'GET' | 'POST', path: string, body?: object): Promise<Record<string, unknown>> => {
    const answer = await exchange(origin, {
      method,
      path,
      headers: {},
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (answer.status >= 400) throw new Error(`${path} gave ${answer.status}: ${answer.body.slice(0, 300)}`)
    return JSON.parse(answer.body) as Record<string, unknown>
  }
  const wishes = { waves: [{ percent: 100 }], approval: 'automatic' }
  const { id } = await ask('POST', '/admin/rollouts', wishes)
  for (;;) {
    const { status, counts } = await ask('GET', `/admin/rollouts/${String(id)}`)
    if (status === 'completed') return
    if (status === 'paused' || status === 'aborted') throw new Error(`It is ${status}: ${JSON.stringify(counts)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
