/** The `espalier` command: what it prints where, and what it exits with. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CLI, createFolder, type Folder } from '../support/folder.ts'
import { BASE_FILES, GIT_ENV } from '../support/repository.ts'
import { run } from '../support/run.ts'

let folder: Folder
beforeAll(() => {
  folder = createFolder()
  folder.commit('good', {})
  folder.commit('bad', { 'config/x.yaml': 'a: 1\na: 2\n' })
})
afterAll(() => folder.remove())

const espalier = (...args: string[]) => folder.espalier(args)

function write(path: string, files: Readonly<Record<string, string>>): string {
  const target = join(folder.path, path)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(target, name, '..'), { recursive: true })
    writeFileSync(join(target, name), text)
  }
  return target
}

describe('usage', () => {
  test('--help lists the commands and the exit codes', async () => {
    const { code, stdout, stderr } = await espalier('--help')
    expect([code, stderr]).toEqual([0, ''])
    for (const word of ['serve', 'tenant', 'execute', 'validate', 'schema', 'Exit codes'])
      expect(stdout).toContain(word)
  })

  test('serve --help lists the environment', async () => {
    const { stdout } = await espalier('serve', '--help')
    for (const name of ['APP_ADDR', 'REPOS_DIR', 'DB_PATH', 'TENANT_ID']) expect(stdout).toContain(name)
  })

  test.each([
    [['nope']],
    [['tenant', 'create']],
    [['validate', '--nope']],
    [['execute', 'good', '--input', '{']],
    [['execute', 'good']],
    [['rollback', 'good']],
    [['schema', 'nope']],
    [['keys', 'create', '--role', 'admin']],
    [['tenant', 'list', '--label', 'region']],
    [['rollout', 'start', '--label', 'region']],
    [['rollout', 'start', '--wave', ':eu']],
  ])('%j is wrong usage: 2', async (args) => {
    const { code, stdout, stderr } = await espalier(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).not.toBe('')
  })
})

describe('what cannot run says why, and leaves nothing behind', () => {
  test('a folder without a repository', async () => {
    const elsewhere = write('empty', { 'note.txt': '' })
    const env = { REPOS_DIR: '', ESPALIER_DATA_DIR: '' }
    for (const args of [
      ['tenant', 'list'],
      ['rollout', 'list'],
      ['rollout', 'plan'],
      ['execute', 'good', 'x'],
    ]) {
      const { code, stderr } = await folder.espalier(args, { cwd: elsewhere, env })
      expect([code, stderr]).toEqual([3, expect.stringContaining('There is no repository at')])
    }
    expect(readdirSync(elsewhere)).toEqual(['note.txt'])
  })

  test.each([
    ['nowhere.yaml', 'is not there'],
    ['.', 'is a folder'],
  ])('a file to read that is %s', async (path, why) => {
    const { code, stderr } = await espalier('file', 'put', 'good', 'config/x.yaml', path)
    expect([code, stderr]).toEqual([3, `espalier: ${path} ${why}${path === '.' ? '; a file is needed' : ''}.\n`])
  })

  test('another server than ours', async () => {
    const other = createServer((socket) => socket.end('220 no HTTP\r\n'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const { code, stderr } = await folder.espalier(['rollout', 'list'], {
      env: { ESPALIER_URL: `http://127.0.0.1:${port}` },
    })
    expect([code, stderr]).toEqual([3, expect.stringContaining('No server answers at')])
    other.close()
  })
})

describe('validate', () => {
  const BAD = { ...BASE_FILES, 'config/x.yaml': 'a: 1\na: 2\n', 'tools/y.json': '{"name": "y"}' }

  test('a folder: each error with its place as editors understand it', async () => {
    write('bad', BAD)
    const { code, stdout } = await espalier('validate', 'bad')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^bad\/config\/x\.yaml:2:1: .+ \[duplicate-key, at \/a\]$/m)
    expect(stdout).toMatch(/^bad\/tools\/y\.json:1:1: /m)
    expect(stdout).toMatch(/^2 errors$/m)
    expect(await espalier('validate', write('good', BASE_FILES))).toMatchObject({ code: 0 })
  })

  test('--json: the same for programs', async () => {
    write('bad', BAD)
    const { code, stdout } = await espalier('validate', 'bad', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      errors: [{ file: 'bad/config/x.yaml', line: 2, column: 1, pointer: '/a' }, { file: 'bad/tools/y.json' }],
    })
  })

  test('a folder of something else is not called valid', async () => {
    const { code, stdout } = await espalier('validate', write('other', { 'note.txt': '' }))
    expect([code, stdout]).toEqual([0, expect.stringContaining('nothing to check')])
  })

  test('one file', async () => {
    write('bad', BAD)
    expect(await espalier('validate', 'bad/config/x.yaml')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('bad/config/x.yaml:2:1'),
    })
    expect(await espalier('validate', 'bad/config/limits.yaml')).toMatchObject({ code: 0 })
  })

  test.each([
    ['good', 0],
    ['customer/good', 0],
    ['main', 0],
    ['bad', 1],
    ['customer/bad', 1],
  ])('the branch or tenant %s', async (target, code) => {
    const elsewhere = write('elsewhere', { 'note.txt': '' })
    expect((await folder.espalier(['validate', target], { cwd: elsewhere })).code).toBe(code)
  })

  test.each(['nobody', 'customer/nobody', '../main', '--', 'refs/heads/main'])('%s is nothing', async (target) => {
    const elsewhere = write('elsewhere', { 'note.txt': '' })
    const { code, stderr } = await folder.espalier(['validate', '--', target], { cwd: elsewhere })
    expect(code).toBe(3)
    expect(stderr).toMatch(/^espalier: There is no file/)
  })

  test('--staged as a pre-commit hook: a bad commit is refused, a good one is made', async () => {
    const own = createFolder()
    const { path } = own.repository
    const hook = join(path, '.git/hooks/pre-commit')
    mkdirSync(join(path, '.git/hooks'), { recursive: true })
    writeFileSync(hook, `#!/bin/sh\nexec '${process.execPath}' '${CLI}' validate --staged\n`, { mode: 0o755 })
    const env = { ...GIT_ENV, REPOS_DIR: path }
    const git = (...args: string[]) => run(['git', ...args], { cwd: path, env })

    writeFileSync(join(path, 'config/x.yaml'), 'a: 1\na: 2\n')
    await git('add', '.')
    // What is staged counts, not what the file says by now.
    writeFileSync(join(path, 'config/x.yaml'), 'a: 1\n')
    const refused = await git('commit', '-m', 'bad')
    expect(refused.code).toBe(1)
    expect(refused.stdout + refused.stderr).toContain('config/x.yaml:2:1')
    expect((await git('rev-list', '--count', 'HEAD')).stdout).toBe('1\n')
    expect(await git('commit', '--all', '-m', 'good')).toMatchObject({ code: 0 })
    expect((await git('rev-list', '--count', 'HEAD')).stdout).toBe('2\n')
    own.remove()
  })
})

describe('tenants', () => {
  test('create, show, list and usage, for people and as JSON', async () => {
    const created = await espalier('tenant', 'create', 'made')
    expect(created).toMatchObject({ code: 0, stderr: '' })
    for (const word of ['customer/made', 'volcano-made', 'live at']) expect(created.stdout).toContain(word)
    expect(await espalier('tenant', 'create', 'made')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing was changed'),
    })
    const shown = await espalier('tenant', 'show', 'made', '--json')
    expect(JSON.parse(shown.stdout)).toMatchObject({ tenant_id: 'made', branch: 'customer/made', state: 'live' })
    const listed = await espalier('tenant', 'list', '--json')
    expect(JSON.parse(listed.stdout)).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ tenant_id: 'made' })]),
    })
    expect((await espalier('tenant', 'usage', 'made')).stdout).toContain('Commits of its own: 0')
  })

  test.each(['show', 'usage'])('%s of one that is unknown: 1', async (command) => {
    const { code, stdout, stderr } = await espalier('tenant', command, 'nobody')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('"nobody"')
  })
})

describe('execute', () => {
  test('answers as the server does, and is recorded', async () => {
    const { code, stdout } = await espalier('execute', 'good', 'double 21')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ tenant: 'good', result: { result: 42 } })
    const usage = await espalier('tenant', 'usage', 'good', '--json')
    expect(JSON.parse(usage.stdout)).toMatchObject({ executions: { total: 1 } })
  })

  test('of a workflow with input, and dry', async () => {
    const ran = await espalier('execute', 'good', '--workflow', 'both', '--input', '{"n": 3}')
    expect(JSON.parse(ran.stdout)).toMatchObject({ result: { double: { result: 6 } } })
    const dry = await espalier('execute', 'good', '--tool', 'double', '--dry-run')
    expect(JSON.parse(dry.stdout)).toMatchObject({ result: null })
  })

  test.each([
    [['nobody', 'double 2']],
    [['good', 'qwertz uiop']],
    [['good', '--tool', 'nope']],
    [['good', '--tool', 'double', '--input', '{"n": "x"}']],
    [['bad', 'double 2']],
  ])('%j is refused: 1', async (args) => {
    const { code, stdout, stderr } = await espalier('execute', ...args)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^espalier: /)
  })
})

test('schema prints what the server publishes', async () => {
  const kinds = (await espalier('schema')).stdout.trim().split('\n')
  expect(kinds).toEqual(expect.arrayContaining(['tool', 'workflow', 'openapi']))
  expect(JSON.parse((await espalier('schema', 'tool')).stdout)).toMatchObject({ $id: '/schemas/tool.json' })
})
