/** Plans made in threads: the same ones, and what becomes of them when a thread does not come to its end. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCompiler } from '../../../src/app/compiler.ts'
import { packageFile } from '../../../src/boot/package-files.ts'
import { headsBelow } from '../../../src/git/refs/tenant-heads.ts'
import { openPlanner } from '../../../src/git/rollouts/open-planner.ts'
import type { Oid, TenantId } from '../../../src/kernel/ids.ts'
import type { PlannedTenant, Target } from '../../../src/rollouts/plan/plan.ts'
import type { RolloutPlanner } from '../../../src/rollouts/plan/planner.ts'
import { openPlannerThreads, type PlannerThreads } from '../../../src/rollouts/plan/threads/planner-threads.ts'
import { createFolder, type Folder } from '../../support/folder.ts'
import { BASE_FILES, type Files } from '../../support/repository.ts'

const TENANTS: Readonly<Record<string, Files>> = {
  'as-it-was': {},
  'own-tool': { 'tools/mine.json': JSON.stringify({ name: 'mine', description: 'Mine.', rules: ['max_n: 1'] }) },
  'edited-elsewhere': { 'config/limits.yaml': 'requests: 10\nnested: { "a/b": [1, { "~": tilde }] }\nown: 1\n' },
  'edited-the-next-line': { 'config/limits.yaml': 'requests: 10\nnested: { "a/b": [2, { "~": tilde }] }\n' },
  'edited-the-same': { 'config/limits.yaml': 'requests: 11\nnested: { "a/b": [1, { "~": tilde }] }\n' },
  'has-an-error': { 'tools/mine.json': '{"name": 1}' },
}
/** More than are planned nearby, and more than a thread is given at a time. */
const MANY = 2_500

let folder: Folder
let compiler: ReturnType<typeof createCompiler>
let nearby: ReturnType<typeof openPlanner>
let planner: PlannerThreads
let started: Worker[]
let trunk: Oid
let targets: Target[]

beforeEach(async () => {
  folder = createFolder(BASE_FILES)
  for (const [tenant, files] of Object.entries(TENANTS)) folder.commit(tenant, files)
  trunk = folder.repository.commit('main', {
    files: { 'config/limits.yaml': 'requests: 12\nnested: { "a/b": [1, { "~": tilde }] }\n' },
  }) as Oid
  const { gitDir } = folder.repository
  const heads = await headsBelow(gitDir, 'refs/heads/customer/')
  targets = Array.from({ length: MANY }, (_, i) => ({
    ...heads[i % heads.length]!,
    tenant: `t${i}` as TenantId,
    hold: i % 7 === 0 ? { reason: 'asked for', until: new Date(86_400_000) } : null,
    reapply: null,
    decisions: new Map(),
  }))
  compiler = createCompiler()
  nearby = openPlanner(gitDir, compiler)
  started = []
  planner = openPlannerThreads({
    nearby: openPlanner(gitDir, compiler),
    start() {
      const worker = new Worker(packageFile('dist/planner-thread.js'), { workerData: gitDir })
      started.push(worker)
      return worker
    },
    size: 2,
  })
})
afterEach(async () => {
  await planner.close()
  nearby.close()
  await compiler.close()
  folder.remove()
})

async function planned(by: RolloutPlanner, of = trunk): Promise<PlannedTenant[]> {
  const all: PlannedTenant[] = []
  for await (const group of by.plan(of, targets)) all.push(...group)
  return all
}

test('threads plan what the planner plans, down to the bytes, in the order of the targets', async () => {
  const expected = await planned(nearby)
  expect(new Set(expected.map(({ outcome }) => outcome.kind))).toEqual(
    new Set(['held', 'clean', 'structural', 'conflict', 'invalid']),
  )
  expect(await planned(planner)).toEqual(expected)
  expect(started).toHaveLength(2)
})

test('a thread that ends fails the plan that waits for it, and no later one', async () => {
  const plan = planned(planner)
  await expect.poll(() => started.length).toBe(2)
  await started[0]!.terminate()
  await expect(plan).rejects.toThrow('A thread that plans rollouts has ended')
  expect(await planned(planner)).toHaveLength(MANY)
  expect(started).toHaveLength(3)
})

test('whoever stops listening leaves the threads to others', async () => {
  for await (const group of planner.plan(trunk, targets)) {
    expect(group[0]?.tenant).toBe('t0')
    break
  }
  expect(await planned(planner)).toHaveLength(MANY)
  expect(started).toHaveLength(2)
})

test('a trunk that cannot be read is told of', async () => {
  await expect(planned(planner, '0123456789012345678901234567890123456789' as Oid)).rejects.toThrow('is missing')
})

test('what a killed process left in the folder for temporary files is removed by the next plan', async () => {
  const { pid } = spawnSync('true')
  const left = join(tmpdir(), `espalier-scratch-${pid}~${hostname()}~some-run~0-1~objects`)
  mkdirSync(left)
  await planned(nearby)
  expect(existsSync(left)).toBe(false)
})
