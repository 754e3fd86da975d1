/** `espalier file` and `espalier rollback`, with no server and beside one. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder } from '../support/folder.ts'

let folder: Folder

beforeAll(async () => {
  folder = createFolder()
  folder.commit('t', { 'config/limits.yaml': 'requests: 10 # a minute\n' })
})
afterAll(() => folder.remove())

const file = (...args: string[]) => folder.espalier(['file', ...args])
const git = (...args: string[]) => folder.repository.git(args)

test('files are listed, read, put, patched, deleted and rolled back without a server', async () => {
  const listed = await file('list', 't', 'config/', '--json')
  expect((JSON.parse(listed.stdout) as { items: { path: string }[] }).items.map(({ path }) => path)).toEqual([
    'config/features.json',
    'config/limits.yaml',
  ])
  expect(await file('get', 't', 'config/limits.yaml')).toMatchObject({ code: 0, stdout: 'requests: 10 # a minute\n' })

  writeFileSync(join(folder.path, 'new.yaml'), 'a: 1\n')
  const put = await file('put', 't', 'config/new.yaml', 'new.yaml', '--new', '--message', 'A new one')
  expect([put.code, put.stdout]).toEqual([0, `Committed ${git('rev-parse', 'customer/t')}\n  config/new.yaml\n`])
  expect(git('log', '-1', '--format=%s|%an', 'customer/t')).toBe('A new one|Espalier Operator')

  const seen = await file('put', 't', 'config/new.yaml', 'new.yaml')
  expect([seen.code, seen.stderr]).toEqual([1, expect.stringContaining('is there already')])
  const patched = await file('patch', 't', 'config/limits.yaml', '--patch', '{"requests": 20}', '--json')
  expect([patched.code, JSON.parse(patched.stdout)]).toMatchObject([
    0,
    { status: 'committed', changed: ['config/limits.yaml'] },
  ])
  expect(git('show', 'customer/t:config/limits.yaml')).toBe('requests: 20 # a minute')

  const broken = await file('patch', 't', 'workflows/both.yaml', '--patch', '{"stages": ["none"]}')
  expect([broken.code, broken.stderr]).toEqual([1, expect.stringMatching(/workflows\/both\.yaml:\d+:\d+: /)])
  expect(git('log', '--format=%s', '-2', 'customer/t')).toBe('Change config/limits.yaml\nA new one')

  const before = git('rev-parse', 'customer/t')
  const dry = await file('delete', 't', 'config/new.yaml', '--dry-run')
  expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining('nothing was changed')])
  expect(git('rev-parse', 'customer/t')).toBe(before)
  expect((await file('delete', 't', 'config/new.yaml')).code).toBe(0)
  expect((await folder.espalier(['rollback', 't', '--to', 'head~1'])).code).toBe(0)
  expect(git('rev-parse', 'customer/t^{tree}')).toBe(git('rev-parse', `${before}^{tree}`))
})

test('a running server shows a commit of the command line on its next request', async () => {
  const server = await folder.serve()
  try {
    expect((await file('patch', 't', 'config/limits.yaml', '--patch', '{"requests": 33}')).code).toBe(0)
    const answer = await fetch(`${server.url}/api/v1/config/limits/requests`, { headers: { 'X-Tenant-ID': 't' } })
    expect(await answer.json()).toBe(33)
  } finally {
    await server.stop()
  }
})
