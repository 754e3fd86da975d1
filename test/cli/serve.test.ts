/** What `espalier serve` refuses to start with: each time a sentence, no stack, and the variable to set. */
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFolder, type Folder } from '../support/folder.ts'

let folder: Folder
beforeAll(() => {
  folder = createFolder()
})
afterAll(() => folder.remove())

async function refusal(env: NodeJS.ProcessEnv): Promise<string> {
  const { code, stdout, stderr } = await folder.espalier(['serve'], { env })
  expect(code).toBe(3)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^espalier: .+\n$/)
  expect(stderr).not.toMatch(/^ +at /m)
  return stderr
}

describe('values that make no sense', () => {
  test.each([
    ['APP_ADDR', 'localhost'],
    ['APP_ADDR', '127.0.0.1:99999'],
    ['APP_ADDR', '127.0.0.1:'],
    ['TENANT_ID', '../main'],
    ['ESPALIER_TRUNK', '-x'],
    ['ESPALIER_TRUNK', 'a..b'],
    ['ESPALIER_BRANCH_PREFIX', 'customer'],
    ['ESPALIER_EXECUTE_TIMEOUT_MS', '0'],
    ['ESPALIER_EXECUTE_TIMEOUT_MS', 'soon'],
  ])('%s=%s', async (name, value) => {
    const said = await refusal({ [name]: value })
    expect(said).toContain(name)
    expect(said).toContain(`"${value}"`)
  })
})

test('a setting that is misspelt', async () => {
  expect(await refusal({ ESPALIER_TRUNC: 'prod' })).toContain('did you mean ESPALIER_TRUNK?')
})

test.each([':8080', '0.0.0.0:8080', '[::]:8080', '192.168.1.5:8080', 'example.com:80'])(
  'APP_ADDR=%s, where a header alone would be trusted from elsewhere',
  async (address) => {
    expect(await refusal({ APP_ADDR: address })).toContain('APP_ADDR')
  },
)

test('a port that is taken', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = other.address()
  const port = typeof address === 'object' && address ? address.port : expect.fail('no port')
  expect(await refusal({ APP_ADDR: `127.0.0.1:${port}` })).toMatch(/something else listens there.*APP_ADDR/)
  await new Promise((resolve) => other.close(resolve))
})

describe('folders that cannot be used', () => {
  test('one that is no repository and not empty', async () => {
    expect(await refusal({ REPOS_DIR: folder.path })).toMatch(/not a Git repository, and not empty.*REPOS_DIR/)
  })

  test('a data folder that is a file', async () => {
    const file = join(folder.path, 'file')
    writeFileSync(file, '')
    expect(await refusal({ ESPALIER_DATA_DIR: file })).toContain('ESPALIER_DATA_DIR')
  })

  test('a database that is none', async () => {
    const file = join(folder.path, 'note')
    writeFileSync(
      file,
      'not a database, and longer than the header of one would be: a hundred bytes or so, to be sure of it',
    )
    expect(await refusal({ DB_PATH: file })).toMatch(/not a database.*DB_PATH/)
  })

  test('a repository without the trunk', async () => {
    expect(await refusal({ ESPALIER_TRUNK: 'trunk' })).toMatch(/no branch "trunk".*ESPALIER_TRUNK/)
  })
})

test('SIGTERM and SIGINT end it with 0, also at once after its greeting', async () => {
  const server = await folder.serve()
  expect((await fetch(`${server.url}/health`)).status).toBe(200)
  expect(await server.stop()).toBe(0)
  const interrupted = await folder.serve()
  expect(await interrupted.stop('SIGINT')).toBe(0)
})
