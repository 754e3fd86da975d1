/** PUT, PATCH and DELETE of files: what each comes to in Git, and what is refused. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { ANY, headOf, NEW, patch, put, remove, show } from './write.ts'

let app: TestApp

beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

let tenants = 0
/** A tenant of its own for each test. */
function tenant(): string {
  tenants += 1
  app.commit(`t${tenants}`, {})
  return `t${tenants}`
}

const oidOf = (of: string, path: string): string => app.repository.git(['rev-parse', `customer/${of}:${path}`])

describe('PUT', () => {
  test('creates a file, which the next request is served', async () => {
    const t = tenant()
    const before = headOf(app, t)
    const { status, headers, body } = await put(app, t, 'config/fair.yaml', 'open: true\n', { headers: NEW })
    const revision = headOf(app, t)
    expect(status).toBe(201)
    expect(body).toEqual({
      status: 'committed',
      revision,
      parent: before,
      changed: ['config/fair.yaml'],
      files: [{ path: 'config/fair.yaml', oid: oidOf(t, 'config/fair.yaml') }],
    })
    expect(headers.get('etag')).toBe(`"${oidOf(t, 'config/fair.yaml')}"`)
    expect(headers.get('x-config-revision')).toBe(revision)
    expect(headers.get('location')).toBe('/api/v1/files/config/fair.yaml')
    const config = await app.request(t, '/api/v1/config/fair/open')
    expect([config.headers.get('x-config-revision'), await config.json()]).toEqual([revision, true])
    const read = await app.request(t, '/api/v1/files/config/fair.yaml')
    expect([read.headers.get('etag'), await read.text()]).toEqual([headers.get('etag'), 'open: true\n'])
  })

  test('replaces what the caller has seen, and the same bytes again are no commit', async () => {
    const t = tenant()
    const headers = { 'If-Match': `"${oidOf(t, 'config/limits.yaml')}"` }
    const replaced = await put(app, t, 'config/limits.yaml', 'requests: 11\n', { headers })
    expect([replaced.status, replaced.body.status]).toEqual([200, 'committed'])
    const again = await put(app, t, 'config/limits.yaml', 'requests: 11\n', { headers: ANY })
    expect([again.status, again.body]).toMatchObject([200, { status: 'unchanged', revision: headOf(app, t) }])
    expect(app.repository.git(['rev-list', '--count', `main..customer/${t}`])).toBe('2')
  })

  test.each([
    ['nothing said, of what is there', {}, 'config/limits.yaml', 428, 'precondition-required'],
    ['nothing said, of what is new', {}, 'config/x.yaml', 428, 'precondition-required'],
    ['new, but it is there', NEW, 'config/limits.yaml', 412, 'precondition-failed'],
    ['any, but there is none', ANY, 'config/x.yaml', 412, 'precondition-failed'],
    ['another version', { 'If-Match': `"${'1'.repeat(40)}"` }, 'config/limits.yaml', 412, 'precondition-failed'],
    ['no version', { 'If-Match': '"x"' }, 'config/limits.yaml', 400, 'parameter-invalid'],
    [
      'two versions',
      { 'If-Match': `"${'1'.repeat(40)}", "${'2'.repeat(40)}"` },
      'config/limits.yaml',
      400,
      'parameter-invalid',
    ],
    ['both', { ...ANY, ...NEW }, 'config/limits.yaml', 400, 'parameter-invalid'],
  ])('refuses: %s', async (_, headers, path, status, code) => {
    const t = tenant()
    const before = headOf(app, t)
    expect(await put(app, t, path, 'a: 1\n', { headers })).toMatchObject({ status, body: { code } })
    expect(headOf(app, t)).toBe(before)
  })

  test('what would not be valid is refused with every error of the branch as it would be, and nothing moves', async () => {
    const t = tenant()
    const before = headOf(app, t)
    const text = 'name: both\nstages: [small, tripple]\n'
    const { status, body } = await put(app, t, 'workflows/both.yaml', text, { headers: ANY })
    expect([status, body.code]).toEqual([422, 'change-invalid'])
    expect(body.errors).toMatchObject([{ file: 'workflows/both.yaml', line: 2, column: 17, pointer: '/stages/1' }])
    const removed = await remove(app, t, 'tools/small.json', { headers: ANY })
    expect(removed).toMatchObject({ status: 422, body: { errors: [{ file: 'workflows/both.yaml', line: 3 }] } })
    expect(headOf(app, t)).toBe(before)
    expect((await app.request(t, '/api/v1/config')).headers.get('x-config-revision')).toBe(before)
  })

  test("takes any bytes for a file of the tenant's own, and not more than a file may have", async () => {
    const t = tenant()
    expect((await put(app, t, 'notes/ü/a b.txt', '\u0000\n', { headers: NEW })).status).toBe(201)
    expect(app.repository.git(['cat-file', '-s', `customer/${t}:notes/ü/a b.txt`])).toBe('2')
    const large = await put(app, t, 'notes/large', 'x'.repeat(1024 * 1024 + 1), { headers: NEW })
    expect(large).toMatchObject({ status: 413, body: { code: 'body-too-large' } })
  })

  test.each([
    '%2e%2e/x',
    'config%2Fx.yaml',
    '.git/hooks/post-commit',
    'config/.gitmodules',
    'config/x.yaml%00',
    'a//b',
  ])('refuses the path %s', async (path) => {
    const t = tenant()
    const before = headOf(app, t)
    expect([400, 404]).toContain((await put(app, t, path, 'a: 1\n', { headers: NEW })).status)
    expect(headOf(app, t)).toBe(before)
  })

  test.each([
    ['a file where a folder is', 'config'],
    ['a file below a file', 'README/x'],
    ['a name that differs by case alone', 'config/Limits.yaml'],
    ['a folder below tools/', 'tools/more/x.yaml'],
    ['a file of another kind in config/', 'config/x.txt'],
  ])('refuses %s', async (_, path) => {
    const t = tenant()
    app.commit(t, { README: 'x' })
    const before = headOf(app, t)
    const refused = await put(app, t, path, 'a: 1\n', { headers: NEW })
    expect(refused).toMatchObject({ status: 422, body: { code: 'change-invalid' } })
    expect(headOf(app, t)).toBe(before)
  })

  test('a dry run says what would be, and nothing is written', async () => {
    const t = tenant()
    const before = headOf(app, t)
    const objects = app.repository.git(['count-objects', '-v'])
    const { status, body } = await put(app, t, 'config/x.yaml', 'a: 1\n', { headers: NEW, query: 'dryRun=true' })
    expect([status, body]).toMatchObject([
      200,
      { status: 'dry-run', revision: null, parent: before, changed: ['config/x.yaml'] },
    ])
    const bad = await put(app, t, 'config/x.yaml', 'a: [\n', { headers: NEW, query: 'dryRun=true' })
    expect(bad).toMatchObject({ status: 422, body: { errors: [{ file: 'config/x.yaml' }] } })
    expect(headOf(app, t)).toBe(before)
    expect(app.repository.git(['count-objects', '-v'])).toBe(objects)
  })

  test('the work tree of a branch that is checked out follows; one with changes is refused, with their paths', async () => {
    const t = tenant()
    const { git, path } = app.repository
    git(['checkout', '--quiet', `customer/${t}`])
    try {
      expect((await put(app, t, 'config/x.yaml', 'a: 1\n', { headers: NEW })).status).toBe(201)
      expect(git(['status', '--porcelain'])).toBe('')
      expect(git(['show', ':config/x.yaml'])).toBe('a: 1')
      writeFileSync(join(path, 'config/x.yaml'), 'a: mine\n')
      const before = headOf(app, t)
      const refused = await put(app, t, 'config/x.yaml', 'a: 2\n', { headers: ANY })
      expect(refused).toMatchObject({
        status: 409,
        body: { code: 'branch-checked-out-dirty', paths: ['config/x.yaml'] },
      })
      expect(headOf(app, t)).toBe(before)
    } finally {
      git(['reset', '--quiet', '--hard'])
      git(['checkout', '--quiet', 'main'])
    }
  })
})

describe('PATCH', () => {
  const TEXT = '# limits\nrequests: 10 # a minute\n\n# of all tools\nnested: { "a/b": [1, 2] }\n'

  test('a merge patch leaves comments and layout', async () => {
    const t = tenant()
    app.commit(t, { 'config/limits.yaml': TEXT })
    const { status, headers } = await patch(app, t, 'config/limits.yaml', { requests: 20, tokens: { day: 5 } })
    expect(status).toBe(200)
    const text = `${TEXT.replace('10', '20')}tokens: { day: 5 }\n`
    expect(`${show(app, t, 'config/limits.yaml')}\n`).toBe(text)
    expect(headers.get('etag')).toBe(`"${oidOf(t, 'config/limits.yaml')}"`)
    expect(await (await app.request(t, '/api/v1/config/limits/tokens/day')).json()).toBe(5)
  })

  test('a JSON Patch does all of its operations or none', async () => {
    const t = tenant()
    app.commit(t, { 'config/limits.yaml': TEXT })
    const operations = [
      { op: 'test', path: '/requests', value: 10 },
      { op: 'add', path: '/nested/a~1b/0', value: 0 },
      { op: 'move', from: '/requests', path: '/calls' },
    ]
    expect((await patch(app, t, 'config/limits.yaml', operations)).status).toBe(200)
    expect(`${show(app, t, 'config/limits.yaml')}\n`).toBe(
      '# limits\n\n# of all tools\nnested: { "a/b": [0, 1, 2] }\ncalls: 10\n',
    )
    const before = headOf(app, t)
    const failed = await patch(app, t, 'config/limits.yaml', operations)
    expect(failed).toMatchObject({
      status: 422,
      body: {
        code: 'patch-not-applicable',
        operation: 0,
        errors: [{ file: 'config/limits.yaml', pointer: '/requests' }],
      },
    })
    const tested = await patch(app, t, 'config/limits.yaml', [{ op: 'test', path: '/calls', value: 1 }])
    expect(tested).toMatchObject({
      status: 409,
      body: {
        code: 'patch-test-failed',
        detail: '/calls is 10, not 1. Nothing was changed.',
        errors: [{ pointer: '/calls' }],
      },
    })
    expect(headOf(app, t)).toBe(before)
  })

  test.each([
    ['curl -d', 'application/x-www-form-urlencoded'],
    ['no type', ''],
    ['plain JSON', 'application/json'],
  ])('%s is told what would be right', async (_, type) => {
    const t = tenant()
    const refused = await patch(app, t, 'config/limits.yaml', { requests: 1 }, { headers: { 'Content-Type': type } })
    expect(refused).toMatchObject({
      status: 415,
      body: {
        code: 'media-type-unsupported',
        detail: expect.stringContaining("-H 'Content-Type: application/merge-patch+json'"),
      },
    })
    expect(refused.headers.get('accept-patch')).toBe('application/merge-patch+json, application/json-patch+json')
  })

  test.each<[string, string, unknown, number, string]>([
    ['no file', 'config/none.yaml', { a: 1 }, 404, 'file-not-found'],
    ['neither JSON nor YAML', 'notes/x.txt', { a: 1 }, 422, 'file-not-patchable'],
    ['a key that no file may have', 'config/limits.yaml', { constructor: 1 }, 422, 'change-invalid'],
    ['a prototype', 'config/limits.yaml', [{ op: 'add', path: '/__proto__', value: 1 }], 422, 'change-invalid'],
    ['operations that are none', 'config/limits.yaml', [{ op: 'drop', path: '/a' }], 422, 'body-invalid'],
    ['a pointer that is none', 'config/limits.yaml', [{ op: 'remove', path: 'a' }], 422, 'body-invalid'],
  ])('refuses %s', async (_, path, body, status, code) => {
    const t = tenant()
    app.commit(t, { 'notes/x.txt': 'x' })
    const before = headOf(app, t)
    expect(await patch(app, t, path, body)).toMatchObject({ status, body: { code } })
    expect(headOf(app, t)).toBe(before)
    expect(({} as { polluted?: 1 }).polluted).toBeUndefined()
  })

  test('a dry run shows the text', async () => {
    const t = tenant()
    app.commit(t, { 'config/limits.yaml': TEXT })
    const { body } = await patch(app, t, 'config/limits.yaml', { requests: 1 }, { query: 'dryRun=true' })
    expect(body).toMatchObject({ status: 'dry-run', files: [{ content: TEXT.replace('10', '1') }] })
    expect(headOf(app, t)).toBe(body.parent)
  })

  test('twenty patches of one file at the same time all hold', async () => {
    const t = tenant()
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => patch(app, t, 'config/features.json', { [`f${i}`]: i })),
    )
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 200))
    const value = JSON.parse(show(app, t, 'config/features.json')) as Record<string, unknown>
    expect(Object.keys(value)).toHaveLength(21)
    expect(app.repository.git(['rev-list', '--count', `main..customer/${t}`])).toBe('21')
  })
})

describe('DELETE', () => {
  test('deletes on a condition, and a folder with its last file', async () => {
    const t = tenant()
    expect(await remove(app, t, 'config/limits.yaml')).toMatchObject({ status: 428 })
    expect(await remove(app, t, 'config/none.yaml')).toMatchObject({ status: 404, body: { code: 'file-not-found' } })
    for (const path of ['config/limits.yaml', 'config/features.json']) {
      const { status, body } = await remove(app, t, path, { headers: ANY })
      expect([status, body]).toMatchObject([200, { status: 'committed', changed: [path], files: [{ oid: null }] }])
    }
    expect(app.repository.git(['ls-tree', '--name-only', `customer/${t}`])).toBe('tools\nworkflows')
  })
})
