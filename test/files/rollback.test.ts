/** Going back by a new commit: to an earlier state, or without one commit. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { commitFiles, headOf, rollBack, show } from './write.ts'

let app: TestApp

beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

const treeOf = (revision: string): string => app.repository.git(['rev-parse', `${revision}^{tree}`])
const git = (...args: string[]): string => app.repository.git(args)

describe('to an earlier commit', () => {
  test('gives its files again, forward, signed and named', async () => {
    const first = app.commit('back', { 'config/limits.yaml': 'requests: 1\n' })
    app.commit('back', { 'config/limits.yaml': 'requests: 2\n', 'config/new.yaml': 'a: 1\n' })
    const before = headOf(app, 'back')
    const { status, headers, body } = await rollBack(app, 'back', { to: first })
    const revision = headOf(app, 'back')
    expect([status, body]).toEqual([
      201,
      { status: 'committed', revision, parent: before, changed: ['config/limits.yaml', 'config/new.yaml'] },
    ])
    expect(headers.get('x-config-revision')).toBe(revision)
    expect(treeOf('customer/back')).toBe(treeOf(first))
    expect(git('log', '-1', '--format=%s|%(trailers:key=Rollback-To,valueonly)', 'customer/back')).toBe(
      `Roll back to ${first.slice(0, 12)}|${first}`,
    )
    expect(git('merge-base', '--is-ancestor', before, 'customer/back')).toBe('')
    expect(await (await app.request('back', '/api/v1/config/limits/requests')).json()).toBe(1)
    const again = await rollBack(app, 'back', { to: first.slice(0, 12) })
    expect([again.status, again.body]).toEqual([200, { status: 'unchanged', revision, changed: [] }])
    expect((await rollBack(app, 'back', { to: 'head~1', message: 'There again' })).status).toBe(201)
    expect(treeOf('customer/back')).toBe(treeOf(before))
    expect(git('log', '-1', '--format=%s', 'customer/back')).toBe('There again')
  })

  test('that is not valid is refused, with its errors', async () => {
    const broken = app.commit('bad', { 'config/limits.yaml': 'requests: [\n' })
    const good = app.commit('bad', { 'config/limits.yaml': 'requests: 1\n' })
    const refused = await rollBack(app, 'bad', { to: broken })
    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'change-invalid', errors: [{ file: 'config/limits.yaml' }] },
    })
    expect(headOf(app, 'bad')).toBe(good)
  })

  test('a broken branch comes back by it', async () => {
    const good = app.commit('mend', { 'config/limits.yaml': 'requests: 1\n' })
    app.commit('mend', { 'config/limits.yaml': 'requests: [\n' })
    const { status, headers } = await rollBack(app, 'mend', { to: good })
    expect([status, headers.get('x-config-degraded')]).toEqual([201, null])
    expect((await app.request('mend', '/api/v1/config')).headers.get('x-config-degraded')).toBeNull()
  })

  test("outside of the branch's own history is the same 404 as none: a neighbour's, and main's that it does not have", async () => {
    app.commit('mine', {})
    const theirs = app.commit('theirs', { 'notes/x': 'x' })
    const newer = app.repository.commit('main', { files: { 'notes/main': 'x' } })
    const before = headOf(app, 'mine')
    const answers = await Promise.all(
      ['f'.repeat(40), theirs, newer, treeOf(theirs), theirs.slice(0, 10)].flatMap((id) => [
        rollBack(app, 'mine', { to: id }),
        rollBack(app, 'mine', { revert: id }),
      ]),
    )
    const texts = answers.map(({ status, body: { requestId: _, detail, ...body } }) =>
      JSON.stringify([status, detail?.replace(/^(?:to|revert) /, ''), body]),
    )
    expect(new Set(texts).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 404, body: { code: 'revision-not-found' } })
    expect(headOf(app, 'mine')).toBe(before)
  })

  test.each([
    [{}],
    [{ to: 'head~1', revert: 'head' }],
    [{ to: 'main' }],
    [{ to: 'HEAD' }],
    [{ to: '../x' }],
    [{ to: 7 }],
  ])('%j is no goal', async (body) => {
    app.commit('goal', {})
    expect([400, 422]).toContain((await rollBack(app, 'goal', body)).status)
  })
})

describe('without one commit', () => {
  test('what came after it stays, in one file by structure and in others', async () => {
    app.commit('undo', { 'config/limits.yaml': '# limits\nrequests: 1\ntokens: 2\n' })
    const bad = app.commit('undo', {
      'config/limits.yaml': '# limits\nrequests: 100\ntokens: 2\n',
      'config/x.yaml': 'a: 1\n',
    })
    app.commit('undo', { 'config/limits.yaml': '# limits\nrequests: 100\ntokens: 3 # more\n', 'notes/y': 'y' })
    const { status, body } = await rollBack(app, 'undo', { revert: bad })
    expect([status, body.changed]).toEqual([201, ['config/limits.yaml', 'config/x.yaml']])
    expect(show(app, 'undo', 'config/limits.yaml')).toBe('# limits\nrequests: 1\ntokens: 3 # more')
    expect(show(app, 'undo', 'notes/y')).toBe('y')
    expect(git('log', '-1', '--format=%s|%(trailers:key=Reverts,valueonly)', 'customer/undo')).toBe(
      `Revert "change"|${bad}`,
    )
    const twice = await rollBack(app, 'undo', { revert: bad })
    expect([twice.status, twice.body.status]).toEqual([200, 'unchanged'])
  })

  test('is refused where it has been changed since, with every place', async () => {
    app.commit('clash', { 'config/limits.yaml': 'requests: 1\n' })
    const bad = app.commit('clash', { 'config/limits.yaml': 'requests: 100\n', 'config/x.yaml': 'a: 1\n' })
    app.commit('clash', { 'config/limits.yaml': 'requests: 7\n', 'config/x.yaml': 'a: 2\n' })
    const before = headOf(app, 'clash')
    expect(await rollBack(app, 'clash', { revert: bad })).toMatchObject({
      status: 409,
      body: {
        code: 'revert-conflict',
        errors: [{ file: 'config/limits.yaml', pointer: '/requests' }, { file: 'config/x.yaml' }],
      },
    })
    expect(headOf(app, 'clash')).toBe(before)
  })

  test('a dry run says what would change', async () => {
    const change = app.commit('dry', { 'notes/x': 'x' })
    const { status, body } = await rollBack(app, 'dry', { revert: change }, { query: 'dryRun=true' })
    expect([status, body]).toEqual([200, { status: 'dry-run', revision: null, parent: change, changed: ['notes/x'] }])
    expect(headOf(app, 'dry')).toBe(change)
  })

  test('undoes one that the API made', async () => {
    app.commit('api', {})
    const before = treeOf('customer/api')
    const { body } = await commitFiles(app, 'api', {
      changes: [
        { path: 'config/limits.yaml', ifMatch: '*', delete: true },
        { path: 'config/x.json', content: '{}' },
      ],
    })
    expect((await rollBack(app, 'api', { revert: String(body.revision) })).status).toBe(201)
    expect(treeOf('customer/api')).toBe(before)
  })
})
