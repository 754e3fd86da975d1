/** `scripts/bench` as people and CI call it, over a handful of tenants: what it says, never how fast. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const SCRIPT = join(import.meta.dirname, '../../scripts/bench')
const SHORTLY = ['--tenants', '3', '--rounds', '1', '--seconds', '0.2', '--load', 'autocannon', '--json']

const run = promisify(execFile)
const failure = (args: readonly string[]): Promise<unknown> => run(SCRIPT, [...args]).catch((error: unknown) => error)

const ROW = {
  work: expect.any(String),
  rival: 'bare Hono',
  unit: 'requests/s',
  ours: expect.any(Number),
  theirs: expect.any(Number),
  ratio: expect.any(Number),
  ratioMin: expect.any(Number),
  ratioMax: expect.any(Number),
}

describe.each([
  ['read', '304'],
  ['execute', 'by text, random'],
])('%s', (name, only) => {
  test('prints one JSON object of the documented shape, and nothing else, on standard output', async () => {
    const { stdout } = await run(SCRIPT, [name, '--only', only, ...SHORTLY])
    const report = JSON.parse(stdout)
    expect(report).toEqual({ name, tenants: 3, rows: [ROW] })
    const [{ work, ratio, ratioMin, ratioMax }] = report.rows
    expect(work).toContain(only)
    expect(ratioMin).toBeGreaterThan(0)
    expect(ratio).toBeGreaterThanOrEqual(ratioMin)
    expect(ratio).toBeLessThanOrEqual(ratioMax)
  })
})

test('a rollout is measured beside git, and every branch moves', async () => {
  const { stdout } = await run(SCRIPT, ['rollout', '--tenants', '12', '--rounds', '1', '--json'])
  const { name, tenants, rows } = JSON.parse(stdout)
  expect({ name, tenants }).toEqual({ name: 'rollout', tenants: 12 })
  expect(rows).toContainEqual({ ...ROW, rival: expect.stringContaining('merge-tree'), unit: 's' })
  expect(rows).toContainEqual({ ...ROW, rival: expect.stringContaining('checkout, merge, push'), unit: 's' })
}, 120_000)

test('--help lists the benchmarks and the options', async () => {
  const { stdout } = await run(SCRIPT, ['--help'])
  expect(stdout).toMatch(/execute, read/)
  expect(stdout).toMatch(/--tenants N/)
})

test.each([
  ['an unknown name', ['raed'], /Name one of: execute, read/],
  ['no name', [], /Name one of: execute, read/],
  ['a number of tenants that is none', ['read', '--tenants', 'many'], /--tenants must be a number above 0/],
  ['half a tenant', ['read', '--tenants', '1.5'], /--tenants must be a whole number/],
  ['an unknown option', ['read', '--fast'], /--fast/],
])('%s is an error of usage: 2', async (_, args, message) => {
  expect(await failure(args)).toMatchObject({ code: 2, stderr: expect.stringMatching(message) })
})
