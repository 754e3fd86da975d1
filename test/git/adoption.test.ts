/** Repositories that were somebody else's before: read as they are, or refused at start with what to do about it. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/boot/config.ts'
import { StartRefused } from '../../src/kernel/start-refused.ts'
import { createTestRepository, GIT_ENV, type TestRepository } from '../support/repository.ts'

let folder: string
let source: TestRepository
/** The repository that is adopted. */
let repos: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-adoption-'))
  source = createTestRepository(join(folder, 'source'))
  source.commit('customer/a', { files: { 'config/own.json': '{"value": "from a"}' }, parent: 'refs/heads/main^0' })
  repos = join(folder, 'repos')
})
afterEach(() => rmSync(folder, { recursive: true }))

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: folder, env: GIT_ENV, stdio: 'pipe' }).toString().trim()
const start = (env: NodeJS.ProcessEnv = {}) =>
  createApp(readConfig({ REPOS_DIR: repos, ESPALIER_DATA_DIR: join(folder, 'data'), ...env }, folder))

/** What tenant `a` is served of the adopted repository. */
async function served(env?: NodeJS.ProcessEnv, tenant = 'a'): Promise<unknown> {
  const app = await start(env)
  try {
    const answer = await app.server.request('http://localhost/api/v1/config/own/value', {
      headers: { 'X-Tenant-ID': tenant },
    })
    return await answer.json()
  } finally {
    await app.close()
  }
}

const refusal = (): Promise<string> =>
  start().then(
    async (app) => {
      await app.close()
      return expect.fail('it started')
    },
    (error: unknown) => (error instanceof StartRefused ? error.message : expect.fail(String(error))),
  )

describe('is read as it is:', () => {
  test('a bare mirror with all refs packed', async () => {
    git('clone', '--quiet', '--mirror', 'source', 'repos')
    git('-C', 'repos', 'pack-refs', '--all')
    git('-C', 'repos', 'gc', '--quiet')
    expect(await served()).toBe('from a')
  })

  test('one that borrows its objects from another repository', async () => {
    git('clone', '--quiet', '--mirror', '--shared', 'source', 'repos')
    expect(git('-C', 'repos', 'count-objects', '-v')).toContain('alternate:')
    expect(await served()).toBe('from a')
  })

  test('a shallow one', async () => {
    git('clone', '--quiet', '--mirror', '--depth=1', '--no-single-branch', `file://${source.path}`, 'repos')
    expect(git('-C', 'repos', 'rev-parse', '--is-shallow-repository')).toBe('true')
    expect(await served()).toBe('from a')
  })

  test('one with linked work trees, in one of which the branch is checked out', async () => {
    git('clone', '--quiet', 'source', 'repos')
    git('-C', 'repos', 'branch', 'customer/a', 'origin/customer/a')
    git('-C', 'repos', 'worktree', 'add', '--quiet', '../linked', 'customer/a')
    expect(await served()).toBe('from a')
  })

  test('one whose trunk and branches have other names', async () => {
    git('clone', '--quiet', '--mirror', 'source', 'repos')
    git('-C', 'repos', 'branch', '-m', 'main', 'trunk/core')
    git('-C', 'repos', 'branch', '-m', 'customer/a', 'clients/eu/a')
    expect(await served({ ESPALIER_TRUNK: 'trunk/core', ESPALIER_BRANCH_PREFIX: 'clients/eu/' })).toBe('from a')
  })
})

test('the trunk and the prefix hold everywhere: for a new tenant, its state, and whether it is behind', async () => {
  git('clone', '--quiet', '--mirror', 'source', 'repos')
  git('-C', 'repos', 'branch', '-m', 'main', 'trunk/core')
  git('-C', 'repos', 'branch', '-m', 'customer/a', 'clients/eu/a')
  const app = await start({ ESPALIER_TRUNK: 'trunk/core', ESPALIER_BRANCH_PREFIX: 'clients/eu/' })
  const request = async (path: string, init: RequestInit = {}) =>
    (await app.server.request(`http://localhost${path}`, init)).json()
  const made = await request('/admin/tenants', { method: 'POST', body: JSON.stringify({ tenant_id: 'b' }) })
  expect(made).toMatchObject({ tenant_id: 'b', branch: 'clients/eu/b', state: 'live' })
  const trunk = git('-C', 'repos', 'rev-parse', 'trunk/core')
  expect(await request('/api/v1/status', { headers: { 'X-Tenant-ID': 'b' } })).toMatchObject({
    state: 'live',
    head: trunk,
    behindMain: false,
  })
  expect(await request('/api/v1/config/own/value', { headers: { 'X-Tenant-ID': 'a' } })).toBe('from a')
  expect(await request('/api/v1/history?revision=main', { headers: { 'X-Tenant-ID': 'b' } })).toMatchObject({
    items: [{ id: trunk }],
  })
  await app.close()
})

describe('is refused at start, with what to do about it:', () => {
  test('SHA-256', async () => {
    git('init', '--quiet', '--object-format=sha256', 'repos')
    expect(await refusal()).toMatch(/SHA-256 object ids.* Use a SHA-1 repository\./)
  })

  test('refs in a reftable', async () => {
    git('clone', '--quiet', '--mirror', 'source', 'repos')
    appendFileSync(join(repos, 'config'), '[extensions]\n\trefStorage = reftable\n')
    expect(await refusal()).toMatch(/reftable.*git refs migrate --ref-format=files/)
  })

  test('a partial clone', async () => {
    source.git(['config', 'uploadpack.allowFilter', 'true'])
    git('clone', '--quiet', '--mirror', '--filter=blob:none', `file://${source.path}`, 'repos')
    expect(await refusal()).toMatch(/partial clone.*git fetch --refetch --no-filter/)
  })

  test('a linked work tree', async () => {
    source.git(['worktree', 'add', '--quiet', repos, 'customer/a'])
    expect(await refusal()).toMatch(/linked work tree.*Use the main one/)
  })

  test('a folder of files that is no repository', async () => {
    mkdirSync(repos)
    writeFileSync(join(repos, 'notes.txt'), 'mine')
    expect(await refusal()).toMatch(/not a Git repository.*notes\.txt/)
  })

  test('one without the trunk', async () => {
    git('clone', '--quiet', '--mirror', 'source', 'repos')
    git('-C', 'repos', 'branch', '-m', 'main', 'elsewhere')
    expect(await refusal()).toMatch(/no branch "main".*ESPALIER_TRUNK/)
  })

  test('one of another user, which git itself does not trust', async () => {
    git('clone', '--quiet', '--mirror', 'source', 'repos')
    // Only root can give a folder away; git's own tests pretend like this.
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    const real = execFileSync('sh', ['-c', 'command -v git']).toString().trim()
    const text = `#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec ${real} "$@"\n`
    writeFileSync(join(bin, 'git'), text, { mode: 0o755 })
    const path = process.env.PATH
    process.env.PATH = `${bin}:${path}`
    try {
      expect(await refusal()).toMatch(/Git refuses to work in .*safe\.directory/s)
    } finally {
      process.env.PATH = path
    }
  })
})
