/** setup-tenant.sh and metrics.sh: thin clients of the server, or of the repository where no server answers. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROJECT } from '../support/checkout.ts'
import { createFolder, type Folder } from '../support/folder.ts'
import { type Ran, run } from '../support/run.ts'
import type { RunningServer } from '../support/server.ts'

/** A port where nobody listens. */
const NOBODY = 'http://127.0.0.1:9'

let folder: Folder
let server: RunningServer
beforeAll(async () => {
  folder = createFolder()
  server = await folder.serve()
})
afterAll(async () => {
  await server?.stop()
  folder.remove()
})

const script = (name: string, args: readonly string[], url: string): Promise<Ran> =>
  run(['bash', join(PROJECT, name), ...args], { cwd: folder.path, env: { ...folder.env, ESPALIER_URL: url } })

describe.each(['setup-tenant.sh', 'metrics.sh'])('%s', (name) => {
  test('--help says how it is used and what it exits with', async () => {
    const { code, stdout } = await script(name, ['--help'], NOBODY)
    expect(code).toBe(0)
    expect(stdout).toContain(`Usage: ./${name}`)
    expect(stdout).toContain('Exit codes')
  })

  test.each([[[]], [['a', 'b']], [['../main']], [['B']], [['']], [["a'b"]]])('%j is wrong usage: 2', async (args) => {
    const { code, stdout, stderr } = await script(name, args, server.url)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).not.toBe('')
  })
})

test('setup-tenant.sh by the server: makes a tenant once', async () => {
  const made = await script('setup-tenant.sh', ['by-server'], server.url)
  expect(made, made.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('through the running server') })
  const again = await script('setup-tenant.sh', ['by-server'], server.url)
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing was changed') })
})

test('a server of this data folder is found by its note, whatever port it has', async () => {
  const made = await script('setup-tenant.sh', ['by-note'], '')
  expect(made, made.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('through the running server') })
})

test('setup-tenant.sh without a server: the same, which the server then knows', async () => {
  const made = await script('setup-tenant.sh', ['by-hand'], NOBODY)
  expect(made, made.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('directly in the repository') })
  const again = await script('setup-tenant.sh', ['by-hand'], NOBODY)
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing was changed') })
  const answer = await fetch(`${server.url}/api/v1/config`, { headers: { 'X-Tenant-ID': 'by-hand' } })
  expect(answer.status).toBe(200)
})

test('setup-tenant.sh: a name that is taken in the database is refused both ways', async () => {
  expect(await script('setup-tenant.sh', ['by-hand-2'], server.url)).toMatchObject({ code: 0 })
  for (const url of [server.url, NOBODY]) {
    const { code, stderr } = await script('setup-tenant.sh', ['by_hand-2'], url)
    expect(code).toBe(1)
    expect(stderr).toContain('by-hand-2')
  }
})

test('metrics.sh: both ways show the same', async () => {
  await script('setup-tenant.sh', ['measured'], server.url)
  folder.commit('measured', { 'config/own.yaml': 'a: 1\n' })
  await fetch(`${server.url}/api/v1/execute`, {
    method: 'POST',
    headers: { 'X-Tenant-ID': 'measured' },
    body: '{"text": "double 4"}',
  })
  const byServer = await script('metrics.sh', ['measured', '--json'], server.url)
  expect(JSON.parse(byServer.stdout)).toMatchObject({ commits: { total: 1 }, executions: { total: 1 } })
  const byHand = await script('metrics.sh', ['measured', '--json'], NOBODY)
  expect(JSON.parse(byHand.stdout)).toEqual(JSON.parse(byServer.stdout))
  const text = await script('metrics.sh', ['measured'], server.url)
  expect(text.stdout).toMatch(/tool double +1 +1 completed/)
})

test('metrics.sh: one that is unknown: 1', async () => {
  for (const url of [server.url, NOBODY]) {
    const { code, stdout } = await script('metrics.sh', ['nobody'], url)
    expect([code, stdout]).toEqual([1, ''])
  }
})
