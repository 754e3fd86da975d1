/** Commits of several files, who stands in them, and that no tenant reaches another one's files. */
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, issue } from '../support/keyed.ts'
import { GIT_ENV } from '../support/repository.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { commitFiles, headOf, NEW, put, show } from './write.ts'

let app: TestApp

beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

describe('several files', () => {
  test('are one commit: contents, patches and deletions', async () => {
    app.commit('all', { 'config/old.yaml': 'a: 1\n', 'config/limits.yaml': 'requests: 10 # a minute\n' })
    const before = headOf(app, 'all')
    const { status, body } = await commitFiles(app, 'all', {
      message: 'For the fair',
      parent: before,
      changes: [
        { path: 'config/fair.yaml', content: 'open: true\n' },
        { path: 'config/limits.yaml', ifMatch: '*', patch: { requests: 20 } },
        { path: 'config/features.json', ifMatch: '*', patch: [{ op: 'replace', path: '/beta', value: true }] },
        { path: 'notes/x.bin', contentBase64: 'AP8=' },
        { path: 'config/old.yaml', ifMatch: '*', delete: true },
      ],
    })
    const changed = ['config/fair.yaml', 'config/features.json', 'config/limits.yaml', 'config/old.yaml', 'notes/x.bin']
    expect([status, body]).toMatchObject([
      201,
      { status: 'committed', revision: headOf(app, 'all'), parent: before, changed },
    ])
    expect(app.repository.git(['diff', '--name-only', before, 'customer/all']).split('\n')).toEqual(changed)
    expect(show(app, 'all', 'config/limits.yaml')).toBe('requests: 20 # a minute')
    expect(show(app, 'all', 'config/features.json')).toBe('{"beta": true}')
    expect(app.repository.git(['log', '-1', '--format=%s', 'customer/all'])).toBe('For the fair')
  })

  test('are none where one of them is refused', async () => {
    app.commit('none', {})
    const before = headOf(app, 'none')
    const good = { path: 'config/x.yaml', content: 'a: 1\n' }
    for (const [bad, status, code] of [
      [{ path: 'config/y.yaml', content: 'a: [\n' }, 422, 'change-invalid'],
      [{ path: 'config/limits.yaml', content: 'a: 1\n' }, 412, 'precondition-failed'],
      [{ path: 'config/limits.yaml', patch: { a: 1 } }, 428, 'precondition-required'],
      [{ path: 'config/limits.yaml', ifMatch: '1'.repeat(40), delete: true }, 412, 'precondition-failed'],
      [{ path: 'config/none.yaml', ifMatch: '*', patch: {} }, 404, 'file-not-found'],
      [{ path: '../x', content: '' }, 400, 'parameter-invalid'],
      [{ path: 'config/x.yaml', content: 'twice: 1\n' }, 422, 'change-invalid'],
      [{ path: 'config/y.yaml', content: '', delete: true }, 422, 'body-invalid'],
      [{ path: 'config/y.yaml', contentBase64: '***' }, 422, 'body-invalid'],
      [{ path: 'config/y.yaml' }, 422, 'body-invalid'],
    ] as const) {
      const answer = await commitFiles(app, 'none', { changes: [good, bad] })
      expect(answer, JSON.stringify(bad)).toMatchObject({ status, body: { code } })
    }
    expect(headOf(app, 'none')).toBe(before)
  })

  test('for another head than there is are refused', async () => {
    app.commit('moved', {})
    const parent = headOf(app, 'moved')
    app.commit('moved', { 'notes/x': 'x' })
    const refused = await commitFiles(app, 'moved', { parent, changes: [{ path: 'notes/y', content: 'y' }] })
    expect(refused).toMatchObject({
      status: 412,
      body: { code: 'precondition-failed', revision: headOf(app, 'moved') },
    })
  })

  test('sent again with the same Idempotency-Key are committed once', async () => {
    app.commit('once', {})
    const headers = { 'Idempotency-Key': 'k1' }
    const body = { changes: [{ path: 'notes/x', content: 'x' }] }
    const [first, second] = [
      await commitFiles(app, 'once', body, { headers }),
      await commitFiles(app, 'once', body, { headers }),
    ]
    expect([second.status, second.body]).toEqual([first.status, first.body])
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    expect(app.repository.git(['rev-list', '--count', 'main..customer/once'])).toBe('2')
  })
})

test('changes can be checked without being committed, by whoever may read', async () => {
  app.commit('checked', {})
  const before = headOf(app, 'checked')
  const viewer = await issue(app, { tenant: 'checked', role: 'viewer' })
  const check = (...changes: object[]) =>
    ask(app, viewer.key, '/api/v1/validate', { method: 'POST', body: { changes } })
  expect(
    await check({ path: 'config/limits.yaml', content: 'a: 1\n' }, { path: 'config/x.yaml', content: 'b: 1\n' }),
  ).toMatchObject({
    status: 200,
    body: { valid: true, revision: before, changed: ['config/limits.yaml', 'config/x.yaml'] },
  })
  expect(await check({ path: 'tools/small.json', delete: true })).toMatchObject({
    status: 422,
    body: { code: 'change-invalid', errors: [{ file: 'workflows/both.yaml', line: 3, pointer: '/stages/0' }] },
  })
  expect(await check({ path: 'config/limits.yaml', patch: [{ op: 'remove', path: '/none' }] })).toMatchObject({
    status: 422,
    body: { code: 'patch-not-applicable' },
  })
  expect(await check({ path: 'config/limits.yaml', ifMatch: '*', content: '' })).toMatchObject({ status: 422 })
  expect(headOf(app, 'checked')).toBe(before)
})

describe('who stands in a commit', () => {
  const person = () =>
    app.repository.git(['log', '-1', '--format=%an <%ae>|%cn|%(trailers:key=Request-Id,valueonly)', 'customer/who'])

  test('is the person of the key, the key, or whoever runs the service; never what the request says', async () => {
    app.commit('who', {})
    const user = await ask(app, undefined, '/api/users', {
      method: 'POST',
      headers: { 'X-Tenant-ID': 'who' },
      body: { email: 'grace@example.org', name: 'Grace', role: 'member' },
    })
    const asked = async (key: string | undefined, path: string, requestId: string) => {
      const answer = await ask(app, key, '/api/v1/commits', {
        method: 'POST',
        headers: { 'X-Tenant-ID': 'who', 'X-Request-ID': requestId },
        body: { message: 'x\n\nRequest-Id: forged\nAuthor: Eve', changes: [{ path, content: 'x' }] },
      })
      expect(answer.status, JSON.stringify(answer.body)).toBe(201)
    }
    const mine = await ask(app, undefined, '/admin/tenants/who/keys', {
      method: 'POST',
      body: { name: 'laptop', role: 'member', user_id: user.body.id },
    })
    await asked(String(mine.body.key), 'notes/1', 'first')
    expect(person()).toBe('Grace <grace@example.org>|Espalier|first')
    const program = await issue(app, { tenant: 'who', role: 'member' })
    await asked(program.key, 'notes/2', 'second')
    expect(person()).toBe(`member of who <${program.id}@keys.espalier.invalid>|Espalier|second`)
    await asked(undefined, 'notes/3', 'third')
    expect(person()).toBe('Espalier Operator <operator@espalier.invalid>|Espalier|third')
  })

  test('is signed by the service, as git verifies, and named in the history', async () => {
    const signers = app.folder.path
    const verify = (revision: string) =>
      execFileSync(
        'git',
        ['-c', `gpg.ssh.allowedSignersFile=${signers}/data/keys/allowed_signers`, 'verify-commit', revision],
        {
          cwd: app.repository.path,
          env: GIT_ENV,
          stdio: 'pipe',
        },
      )
    app.commit('signed', {})
    const { body } = await commitFiles(app, 'signed', { changes: [{ path: 'notes/x', content: 'x' }] })
    expect(() => verify(String(body.revision))).not.toThrow()
    expect(() => verify(String(body.parent))).toThrow()
    const history = await ask(app, undefined, '/api/v1/history?pageSize=1', { headers: { 'X-Tenant-ID': 'signed' } })
    expect(history.body).toMatchObject({ items: [{ id: body.revision, signature: { state: 'verified' } }] })
  })

  test('is in the audit trail with what changed', async () => {
    app.commit('audited', {})
    const { body } = await commitFiles(app, 'audited', { changes: [{ path: 'notes/x', content: 'x' }] })
    const trail = await ask(app, undefined, '/api/v1/audit', { headers: { 'X-Tenant-ID': 'audited' } })
    expect((trail.body.items as object[])[0]).toMatchObject({
      action: 'config.committed',
      target: body.revision,
      after: { revision: body.revision, files: { count: 1, paths: ['notes/x'] } },
    })
  })
})

describe('two tenants', () => {
  test('a viewer may not write, and a key writes to its own tenant alone', async () => {
    app.commit('one', {})
    app.commit('two', {})
    const heads = () => [headOf(app, 'one'), headOf(app, 'two')]
    const before = heads()
    const body = { changes: [{ path: 'notes/x', content: 'x' }] }
    const viewer = await issue(app, { tenant: 'one', role: 'viewer' })
    const writes: [string, string, object?][] = [
      ['POST', '/api/v1/commits', body],
      ['PUT', '/api/v1/files/notes/x', {}],
      ['PATCH', '/api/v1/files/config/limits.yaml', {}],
      ['DELETE', '/api/v1/files/config/limits.yaml'],
      ['POST', '/api/v1/rollback', { to: 'head~1' }],
    ]
    for (const [method, path, sent] of writes) {
      const refused = await ask(app, viewer.key, path, { method, ...(sent ? { body: sent } : {}) })
      expect([refused.status, refused.body.right], path).toEqual([403, 'config:write'])
    }
    const owner = await issue(app, { tenant: 'one' })
    const foreign = await ask(app, owner.key, '/api/v1/commits', {
      method: 'POST',
      headers: { 'X-Tenant-ID': 'two' },
      body,
    })
    expect(foreign).toMatchObject({ status: 403, body: { code: 'tenant-mismatch' } })
    expect(heads()).toEqual(before)
    expect((await ask(app, owner.key, '/api/v1/commits', { method: 'POST', body })).status).toBe(201)
    expect(heads()[1]).toBe(before[1])
  })

  test("another one's blob, commit or file is no more than one that does not exist", async () => {
    app.commit('mine', {})
    app.commit('theirs', { 'config/secretly.yaml': 'canary: 7\n' })
    const theirs = headOf(app, 'theirs')
    const oid = app.repository.git(['rev-parse', 'customer/theirs:config/secretly.yaml'])
    const none = 'f'.repeat(40)
    const asked = async (id: string) => [
      await put(app, 'mine', 'config/secretly.yaml', 'a: 1\n', { headers: { 'If-Match': `"${id}"` } }),
      await commitFiles(app, 'mine', {
        parent: id,
        changes: [{ path: 'config/secretly.yaml', ifMatch: '*', patch: [{ op: 'test', path: '/canary', value: 1 }] }],
      }),
    ]
    const text = async (id: string) =>
      JSON.stringify((await asked(id)).map(({ status, body: { requestId: _, ...body } }) => [status, body]))
    expect(await text(oid)).toBe(await text(none))
    expect(await text(theirs)).toBe(await text(none))
    expect(await text(theirs)).not.toContain('canary is')
    expect((await put(app, 'mine', 'config/secretly.yaml', 'a: 1\n', { headers: NEW })).status).toBe(201)
    expect(show(app, 'theirs', 'config/secretly.yaml')).toBe('canary: 7')
  })
})
