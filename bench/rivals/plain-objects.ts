/**
 * A Hono server that keeps for each tenant what its tools, workflows and configuration are as JSON, as if read for that
 * tenant alone. It compiles and checks none of it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { type FixtureFile, tenantFiles, trunkFiles } from '../fixture-files.ts'

const root = join(import.meta.dirname, '../../..')
const starterDir = join(root, 'starter')
const starter = readdirSync(starterDir, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry): FixtureFile => {
    const path = join(entry.parentPath, entry.name)
    return [path.slice(starterDir.length + 1), readFileSync(path, 'utf8')]
  })
const trunk = trunkFiles(starter)
const kept = new Map<string, Map<string, unknown>>()

/** YAML is kept as its text, which is less than its value would take. */
const keptOf = (path: string, text: string): unknown =>
  path.endsWith('.json') ? JSON.parse(text) : Buffer.from(text).toString('utf8')

const app = new Hono()
app.get('*', (c) => {
  const tenant = c.req.header('x-tenant-id') ?? ''
  const index = Number(/\d+$/.exec(tenant)?.[0] ?? 0)
  kept.set(tenant, new Map([...trunk, ...tenantFiles(index)].map(([path, text]) => [path, keptOf(path, text)])))
  return c.json(600)
})
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  process.stdout.write(`http://127.0.0.1:${port}\n`)
})
