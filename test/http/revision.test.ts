/** `?revision=`: what a tenant can have read to it beside what it is served, and what not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

let app: TestApp
let first: string
let second: string
let foreign: string
beforeAll(async () => {
  app = await createTestApp()
  first = app.commit('a', { 'config/own.json': '{"value": 1}' })
  second = app.commit('a', {
    'config/own.json': '{"value": 2}',
    'tools/triple.yaml': 'name: triple\ncompute: { result: input.n * 3.0 }\n',
  })
  foreign = app.commit('b', { 'config/own.json': '{"value": "of b"}' })
  const candidate = (tenant: string, name: string, files: Record<string, string>) =>
    app.repository.commit(`candidate/${tenant}/${name}`, { files, parent: `refs/heads/customer/${tenant}^0` })
  candidate('a', 'next', {
    'config/own.json': '{"value": 3}',
    'tools/quadruple.yaml': 'name: quadruple\npatterns: ["four times {n}"]\ncompute: { result: "4.0" }\n',
  })
  candidate('a', 'broken', { 'tools/triple.yaml': 'name: triple\n' })
  candidate('b', 'secret-plan', { 'config/own.json': '{"value": "candidate of b"}' })
})
afterAll(() => app.close())

const get = (path: string, tenant = 'a') => app.request(tenant, path)
const value = async (revision: string, tenant = 'a'): Promise<unknown> => {
  const answer = await get(`/api/v1/config/own/value?revision=${revision}`, tenant)
  return answer.status === 200 ? answer.json() : ((await answer.json()) as { code: string }).code
}

test('names a commit of the branch, of main, or a candidate of the tenant', async () => {
  expect(await value('head')).toBe(2)
  expect(await value('head~1')).toBe(1)
  expect(await value(first)).toBe(1)
  expect(await value(second.slice(0, 8))).toBe(2)
  expect(await value('candidate/next')).toBe(3)
  expect(await value('main')).toBe('config-not-found')
  expect(await value('main', 'b')).toBe('config-not-found')
})

test('tells which commit it is, and changes nothing of what is served', async () => {
  const answer = await get('/api/v1/config?revision=head~1')
  expect(answer.headers.get('x-config-revision')).toBe(first)
  expect(answer.headers.get('etag')).toBe(`"${first}"`)
  expect(await answer.json()).toMatchObject({ revision: first, valid: true, config: { own: { value: 1 } } })
  expect((await get('/api/v1/config')).headers.get('x-config-revision')).toBe(second)
})

test('lists and shows its tools and workflows', async () => {
  const names = async (revision: string): Promise<string[]> => {
    const { items } = (await (await get(`/api/v1/tools?revision=${revision}`)).json()) as { items: { name: string }[] }
    return items.map(({ name }) => name)
  }
  expect(await names('head~1')).toEqual(['double', 'small'])
  expect(await names('candidate/next')).toEqual(['double', 'quadruple', 'small', 'triple'])
  expect((await get('/api/v1/tools/triple?revision=head~1')).status).toBe(404)
  expect((await get('/api/v1/tools/triple?revision=head')).status).toBe(200)
  expect((await get('/api/v1/workflows/both?revision=candidate/next')).status).toBe(200)
})

describe('execute', () => {
  const execute = (revision: string, body: object) =>
    app.request('a', `/api/v1/execute?revision=${revision}`, post(body))

  test('says what a candidate would run, and runs nothing', async () => {
    const answer = await execute('candidate/next', { text: 'four times 7' })
    expect(await answer.json()).toMatchObject({
      route: { kind: 'tool', name: 'quadruple', method: 'pattern' },
      result: null,
    })
    const named = await app.request('a', '/api/v1/tools/quadruple/run?revision=candidate/next', post({}))
    expect(await named.json()).toMatchObject({ route: { name: 'quadruple' }, result: null })
    const { items } = (await (await get('/api/v1/executions')).json()) as { items: unknown[] }
    expect(items).toEqual([])
  })

  test('refuses to run it all the same', async () => {
    const answer = await execute('candidate/next', { tool: 'quadruple', dryRun: false })
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ code: 'body-invalid', errors: [{ pointer: '/dryRun' }] })
  })
})

test('a candidate that is not valid is told with every error, and serves nobody', async () => {
  const answer = await get('/api/v1/config?revision=candidate/broken')
  expect(answer.status).toBe(422)
  expect(await answer.json()).toMatchObject({
    code: 'revision-invalid',
    errors: [{ file: 'tools/triple.yaml', line: 1, column: 1 }],
  })
})

describe("what is not the tenant's own is not told from what does not exist:", () => {
  const body = async (revision: string): Promise<unknown> => {
    const answer = await get(`/api/v1/config?revision=${encodeURIComponent(revision)}`)
    const { requestId: _, detail: __, ...rest } = (await answer.json()) as Record<string, unknown>
    return rest
  }

  test("a neighbour's commit", async () => {
    expect(await body(foreign)).toEqual(await body('1'.repeat(40)))
    expect(await value(foreign)).toBe('revision-not-found')
    expect(await value(foreign, 'b')).toBe('of b')
  })

  test('the head of its candidate, by its id too', async () => {
    const id = app.repository.git(['rev-parse', 'refs/heads/candidate/b/secret-plan'])
    expect(await value(id)).toBe('revision-not-found')
    expect(await value('candidate/secret-plan')).toBe('revision-not-found')
    expect(await value('candidate/secret-plan', 'b')).toBe('candidate of b')
  })

  test('a tree or a blob', async () => {
    expect(await value(app.repository.git(['rev-parse', `${first}^{tree}`]))).toBe('revision-not-found')
    expect(await value(app.repository.git(['rev-parse', `${first}:config/own.json`]))).toBe('revision-not-found')
  })

  test.each([
    'candidate/../../customer/b',
    'candidate/..%2Fb%2Fsecret-plan',
    'candidate/../b/secret-plan',
    'candidate/b/secret-plan',
    'candidate/x.lock',
    'candidate/',
    'refs/heads/customer/b',
    'customer/b',
    'main^{/x}',
    '--all',
    '@{u}',
    '',
  ])('%j is no name of a commit', async (name) => {
    expect(await value(encodeURIComponent(name))).toBe('parameter-invalid')
  })
})
