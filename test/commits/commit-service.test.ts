/** One commit at a time: what it holds, who made it, what is refused, and what is served after it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Oid } from '../../src/kernel/ids.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { ADA, changesOf, commitFiles, refusal, revisionOf } from './harness.ts'

let app: TestApp
/** Another one for each test. */
let tenant: string
let branch: string
let start: Oid
let tests = 0
beforeAll(async () => {
  app = await createTestApp()
})
beforeEach(() => {
  tests += 1
  tenant = `acme-${tests}`
  branch = `customer/${tenant}`
  start = app.commit(tenant, {}) as Oid
})
afterAll(() => app.close())

const git = (...args: string[]): string => app.repository.git(args)
const head = (): string => git('rev-parse', branch)
const commit = (files: Parameters<typeof commitFiles>[2], more = {}) => commitFiles(app, tenant, files, more)
const blobOf = (path: string): Oid => git('rev-parse', `${branch}:${path}`) as Oid

describe('a commit', () => {
  test('holds the changed files beside all others, and git takes everything for sound', async () => {
    const result = await commit({
      'config/limits.yaml': 'requests: 20\n',
      'config/new.json': '{"a": 1}',
      'config/features.json': null,
      'docs/deep/note.md': 'Hello\n',
    })
    expect(result).toEqual({
      kind: 'committed',
      revision: head(),
      parent: start,
      changed: ['config/features.json', 'config/limits.yaml', 'config/new.json', 'docs/deep/note.md'],
    })
    expect(git('diff', '--name-status', '--no-renames', start, branch).split('\n')).toEqual([
      'D\tconfig/features.json',
      'M\tconfig/limits.yaml',
      'A\tconfig/new.json',
      'A\tdocs/deep/note.md',
    ])
    expect(git('show', `${branch}:docs/deep/note.md`)).toBe('Hello')
    git('fsck', '--full', '--strict')
  })

  test('is signed by the service, names the caller as its author and the request in a trailer', async () => {
    const origin = { actor: { kind: 'local' as const }, requestId: 'req-7', address: null }
    await commit({ 'a.md': 'a' }, { message: 'Say a\n\nRequest-Id: forged', origin, trailers: [['Kind', 'test']] })
    git('verify-commit', branch)
    expect(git('log', '-1', '--format=%an <%ae>|%cn <%ce>|%G?|%s', branch)).toBe(
      `${ADA.name} <${ADA.email}>|Espalier <service@espalier.invalid>|G|Say a`,
    )
    const trailers = git('log', '-1', '--format=%(trailers:only,unfold)', branch)
    expect(trailers).toBe('Kind: test\nRequest-Id: req-7')
  })

  test('is what the next request is served', async () => {
    await app.request(tenant, '/api/v1/config')
    const revision = await revisionOf(commit({ 'config/limits.yaml': 'requests: 77\n' }))
    const answer = await app.request(tenant, '/api/v1/config/limits/requests')
    expect(answer.headers.get('x-config-revision')).toBe(revision)
    expect(await answer.text()).toContain('77')
  })

  test('that changes nothing is not made', async () => {
    expect(await commit({ 'config/limits.yaml': `${git('show', `${branch}:config/limits.yaml`)}\n` })).toEqual({
      kind: 'unchanged',
      revision: start,
    })
    expect(await commit({ 'none.md': null })).toEqual({ kind: 'unchanged', revision: start })
    expect(head()).toBe(start)
  })

  test('keeps the mode of a file, and sets it where asked', async () => {
    const content = Buffer.from('#!/bin/sh\n')
    await commit({}, { changes: [{ path: 'run.sh', content, mode: '100755' }] })
    await commit({ 'run.sh': '#!/bin/bash\n' })
    expect(git('ls-tree', branch, 'run.sh')).toMatch(/^100755 blob/)
  })

  test('of a tree goes the same way', async () => {
    const tree = git('rev-parse', `${start}^{tree}`) as Oid
    const now = await revisionOf(commit({ 'config/limits.yaml': 'requests: 1\n' }))
    const back = await app.app.commits.commit({
      ...{ tenant: tenant as never, message: 'Back', author: ADA, tree, expectedHead: now },
      origin: { actor: { kind: 'local' }, requestId: 'r', address: null },
    })
    expect(back).toMatchObject({ kind: 'committed', parent: now, changed: ['config/limits.yaml'] })
    expect(git('rev-parse', `${branch}^{tree}`)).toBe(tree)
  })

  test('may mend a head that is not valid', async () => {
    app.commit(tenant, { 'config/limits.yaml': '{ no' })
    expect(await refusal(commit({ 'config/other.json': '{}' }))).toMatchObject({ code: 'change-invalid' })
    expect(await commit({ 'config/limits.yaml': 'requests: 3\n' })).toMatchObject({ kind: 'committed' })
    expect((await app.request(tenant, '/api/v1/config')).headers.get('x-config-degraded')).toBeNull()
  })
})

describe('a precondition', () => {
  test.each([
    ['the blob that is there', () => blobOf('config/limits.yaml'), true],
    ['another blob', () => blobOf('config/features.json'), false],
    ['anything', () => '*', true],
    ['nothing', () => 'absent', false],
  ])('on a file that is there: %s', async (_, ifMatch, holds) => {
    const changes = [{ path: 'config/limits.yaml', content: Buffer.from('requests: 5\n'), ifMatch: ifMatch() as '*' }]
    if (holds) expect(await commit({}, { changes })).toMatchObject({ kind: 'committed' })
    else {
      const files = [{ path: 'config/limits.yaml', found: blobOf('config/limits.yaml') }]
      expect(await refusal(commit({}, { changes }))).toMatchObject({ code: 'precondition-failed', data: { files } })
      expect(head()).toBe(start)
    }
  })

  test.each([
    ['anything', '*', false],
    ['nothing', 'absent', true],
  ] as const)('on a file that is not there: %s', async (_, ifMatch, holds) => {
    const made = commit({}, { changes: [{ path: 'config/x.json', content: Buffer.from('{}'), ifMatch }] })
    if (holds) expect(await made).toMatchObject({ kind: 'committed' })
    else expect(await refusal(made)).toMatchObject({ code: 'precondition-failed' })
  })

  test('on the head', async () => {
    const other = git('rev-parse', 'main') as Oid
    const now = await revisionOf(commit({ 'a.md': 'a' }))
    expect(await refusal(commit({ 'b.md': 'b' }, { expectedHead: start }))).toMatchObject({
      code: 'precondition-failed',
      data: { revision: now },
    })
    expect(other).not.toBe(now)
    expect(await commit({ 'b.md': 'b' }, { expectedHead: now })).toMatchObject({ kind: 'committed' })
  })
})

describe('what would not be valid', () => {
  test('is refused with every problem, and leaves nothing behind', async () => {
    const objects = git('count-objects', '-v')
    const error = await refusal(
      commit({ 'config/limits.yaml': 'a: 1\na: 2\n', 'tools/double.yaml': 'name: double\n', 'config/x.txt': 'x' }),
    )
    expect(error.code).toBe('change-invalid')
    expect(error.errors?.map(({ file, line }) => [file, line])).toEqual([
      ['config/limits.yaml', 2],
      ['config/x.txt', 1],
      ['tools/double.yaml', 1],
    ])
    expect(head()).toBe(start)
    expect(git('count-objects', '-v')).toBe(objects)
    expect((await app.request(tenant, '/api/v1/config')).status).toBe(200)
  })

  test.each([
    [''],
    ['/etc/passwd'],
    ['config/'],
    ['config//limits.yaml'],
    ['../main.md'],
    ['config/./limits.yaml'],
    ['.git/config'],
    ['docs/.GIT/hooks/post-checkout'],
    ['.gitmodules'],
    ['.gitattributes'],
    ['GIT~1/config'],
    ['.g\u200cit/config'],
    ['.git\u200c/config'],
    ['docs/.git::$INDEX_ALLOCATION/config'],
    ['docs\\..\\x'],
    ['docs/a\nb'],
    ['docs/a\0b'],
    ['docs/e\u0301.md'],
    ['docs/\ud800.md'],
    ['docs/trailing. '],
    [`docs/${'x'.repeat(256)}`],
    [`${'d/'.repeat(20)}x`],
    ['Config/limits.yaml'],
    ['readme.md'],
    ['config'],
    ['config/limits.yaml/below'],
  ])('the path %j is refused', async (path) => {
    app.commit(tenant, { 'README.md': 'Read me\n' })
    const before = head()
    const error = await refusal(commit({ [path]: 'x: 1\n' }))
    expect(error).toMatchObject({
      code: 'change-invalid',
      errors: [expect.objectContaining({ file: expect.anything() })],
    })
    expect(head()).toBe(before)
  })

  test('too much at once is refused', async () => {
    const many = Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`docs/${i}.md`, 'x']))
    const large = { 'docs/large.md': 'x'.repeat(1024 * 1024 + 1) }
    const twice = { changes: [...changesOf({ 'a.md': 'a' }), ...changesOf({ 'a.md': 'b' })] }
    for (const made of [commit(many), commit(large), commit({}, twice)]) {
      expect(await refusal(made)).toMatchObject({ code: 'change-invalid' })
    }
  })

  test('a link that somebody committed can be replaced and removed', async () => {
    app.commit(tenant, { 'config/a.json': { link: '/etc/passwd' }, 'config/b.json': { link: '/etc/passwd' } })
    expect(await commit({ 'config/a.json': '{}', 'config/b.json': null })).toMatchObject({ kind: 'committed' })
    expect(git('ls-tree', branch, 'config/a.json')).toMatch(/^100644/)
  })
})

test('a tenant whose branch is gone has nothing to commit on', async () => {
  expect(await refusal(commitFiles(app, 'nobody', { 'a.md': 'a' }))).toMatchObject({ code: 'tenant-branch-missing' })
})

describe('the audit trail', () => {
  test('has one row for a commit, with who, what, before and after, and none for what was not made', async () => {
    const actor = { kind: 'admin-token' } as const
    const origin = { actor, requestId: 'req-audited', address: '127.0.0.1' }
    const revision = await revisionOf(commit({ 'config/limits.yaml': 'requests: 2\n' }, { origin }))
    await refusal(commit({ 'config/limits.yaml': '{ no' }))
    await commit({ 'config/limits.yaml': 'requests: 2\n' })
    const answer = await app.request(tenant, '/api/v1/audit?pageSize=50')
    const { items } = (await answer.json()) as { items: Record<string, unknown>[] }
    expect(items.filter(({ action }) => action === 'config.committed')).toEqual([
      expect.objectContaining({
        actor: 'admin-token',
        target: revision,
        requestId: 'req-audited',
        before: { revision: start },
        after: { revision, subject: 'Change files', files: { count: 1, paths: ['config/limits.yaml'] } },
      }),
    ])
  })
})
