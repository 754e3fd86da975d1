/**
 * Whether it stays as fast with many branches: a server over N tenants beside one over ten, by turns. All of them that
 * are asked are in memory, up to ten thousand spread evenly over the N.
 */
import type { Request } from './exchange.ts'
import { alternate } from './measure.ts'
import { createProduct } from './product.ts'
import { type Row, rowOf } from './report.ts'
import { readOne, spreadOf } from './sample.ts'
import type { ServerProcess } from './server-process.ts'
import type { Standalone, StandaloneContext } from './standalone.ts'
import { wakeTenants } from './wake-tenants.ts'

const SMALLEST = 10
const SIZES = [1_000, 10_000, 100_000]
const MAX_AWAKE = 10_000

const executeOne = (tenant: string): Request => ({
  method: 'POST',
  path: '/api/v1/execute',
  headers: { 'X-Tenant-ID': tenant, 'Content-Type': 'application/json' },
  body: JSON.stringify({ tool: 'calculator', input: { a: 12, operator: '*', b: 7 } }),
})

const WORKS = { read: readOne, execute: executeOne } as const

type Awake = { server: ServerProcess; tenants: readonly string[] }

export const scale: Standalone = async (context) => {
  const { options } = context
  const largest = options.tenants
  const sizes = [...new Set([...SIZES.filter((size) => size < largest), largest])]
  const rows: Row[] = []
  const smallest = await awake(context, SMALLEST)
  try {
    for (const size of sizes) {
      const large = await awake(context, size)
      try {
        rows.push(...(await compare(context, size, large, smallest)))
      } finally {
        await large.server.stop()
      }
    }
  } finally {
    await smallest.server.stop()
  }
  return rows
}

async function awake(context: StandaloneContext, size: number): Promise<Awake> {
  const product = await createProduct(context, `of-${size}`, size)
  const tenants = spreadOf(product.fixture.tenants, MAX_AWAKE)
  const server = await product.start()
  await wakeTenants(server.origin, tenants, readOne)
  return { server, tenants }
}

async function compare(context: StandaloneContext, size: number, large: Awake, small: Awake): Promise<Row[]> {
  const { load, options, progress } = context
  const { rounds, seconds, only } = options
  const rows: Row[] = []
  for (const [name, requestOf] of Object.entries(WORKS)) {
    const work = `${name}, ${size} tenants`
    if (!work.includes(only)) continue
    const samples = await alternate(
      { work, ours: large.tenants.map(requestOf) },
      { origin: small.server.origin, requests: small.tenants.map(requestOf) },
      { origin: large.server.origin, load, rounds, seconds, progress },
    )
    rows.push(rowOf({ work, rival: `${SMALLEST} tenants` }, samples))
  }
  return rows
}
