/**
 * What the controls cost: the product with a key, a policy, quotas, usage and denials, beside itself without any of them.
 * Both run the calculator over a repository of their own, and record every run.
 */
import { join } from 'node:path'
import { exchange, type Request } from './exchange.ts'
import { createFixture } from './fixture.ts'
import type { Load } from './load.ts'
import { alternate, type Measuring } from './measure.ts'
import { type Row, rowOf } from './report.ts'
import { productIn, type ServerProcess, startServer } from './server-process.ts'
import { wakeTenants } from './wake-tenants.ts'

export type ControlsOptions = Omit<Measuring, 'origin' | 'load'> & { root: string; tenants: number; load: Load }

const TENANT = 'controlled'
/** Limits that hold but are never reached, so that each is counted and none refuses. */
const PLENTY = 1_000_000_000
const SETTINGS = {
  tenant_id: TENANT,
  quota_requests_per_minute: PLENTY,
  quota_tokens_per_minute: PLENTY,
  allowed_tools: ['calculator'],
  allowed_models: ['gpt-4'],
  issue_key: true,
}

const HEADERS = {
  'X-Tenant-ID': TENANT,
  'Content-Type': 'application/json',
  'X-Model': 'gpt-4',
  'X-Token-Count': '10',
}

const BODIES = {
  'calculator by name': { tool: 'calculator', input: { a: 12, operator: '*', b: 7 } },
  'calculator by text': { text: 'what is 12 * 7' },
} as const

export async function controls(options: ControlsOptions): Promise<Row[]> {
  const { root, programs, progress } = options
  progress('two repositories')
  const controlled = await start(productIn(root), 'controlled', options)
  const free = await start([join(programs, 'without-controls.mjs')], 'free', options).catch(async (error: unknown) => {
    await controlled.stop()
    throw error
  })
  try {
    const key = await createTenant(controlled)
    await createTenant(free)
    await wakeTenants(free.origin, [TENANT])
    const rows: Row[] = []
    for (const [work, body] of Object.entries(BODIES)) {
      // The same bytes to both: what is compared is what is done about them.
      const requests: [Request] = [
        {
          method: 'POST',
          path: '/api/v1/execute',
          headers: { ...HEADERS, Authorization: `Bearer ${key}` },
          body: JSON.stringify(body),
        },
      ]
      const samples = await alternate(
        { work, ours: requests },
        { origin: free.origin, requests },
        { ...options, origin: controlled.origin },
      )
      rows.push(rowOf({ work, rival: 'all controls off', unit: 'requests/s' }, samples))
    }
    return rows
  } finally {
    await Promise.all([controlled.stop(), free.stop()])
  }
}

async function start(program: readonly string[], name: string, options: ControlsOptions): Promise<ServerProcess> {
  const { root, scratch, tenants } = options
  const reposDir = join(scratch, name, 'repos')
  await createFixture({ reposDir, starterDir: join(root, 'starter'), tenants })
  const data = join(scratch, name, 'data')
  return startServer(program, {
    cwd: scratch,
    env: { APP_ADDR: '127.0.0.1:0', REPOS_DIR: reposDir, ESPALIER_DATA_DIR: data },
  })
}

/** The tenant's key. */
async function createTenant({ origin }: ServerProcess): Promise<string> {
  const request: Request = { method: 'POST', path: '/admin/tenants', headers: {}, body: JSON.stringify(SETTINGS) }
  const { status, body } = await exchange(origin, request)
  if (status !== 201) throw new Error(`The tenant could not be created: ${body}`)
  return (JSON.parse(body) as { api_key: string }).api_key
}
