import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

type Item = Record<string, unknown> & { id: string }
type Page = { items: Item[]; nextPageToken?: string }

let app: TestApp
const ids: string[] = []

beforeAll(async () => {
  app = await createTestApp()
  app.commit('t', {})
  const runs = [
    { tool: 'double', input: { n: 1 } },
    { tool: 'double', input: { n: 'wrong' } },
    { tool: 'small', input: { n: 1 } },
    { tool: 'small', input: { n: 400 } },
    { workflow: 'both', input: { n: 2 } },
    { workflow: 'both', input: { n: 400 } },
    { text: 'double 5' },
  ]
  for (const run of runs) {
    const answer = await app.request('t', '/api/v1/execute', post(run))
    ids.push(((await answer.json()) as { executionId: string }).executionId)
  }
})
afterAll(() => app.close())

async function list(query = ''): Promise<Page> {
  const answer = await app.request('t', `/api/v1/executions${query}`)
  expect(answer.status).toBe(200)
  return (await answer.json()) as Page
}

describe('the list', () => {
  test('is newest first, and without what may be large', async () => {
    const { items, nextPageToken } = await list()
    expect(items.map(({ id }) => id)).toEqual(ids.toReversed())
    expect(nextPageToken).toBeUndefined()
    for (const item of items) for (const member of ['input', 'output', 'steps']) expect(item).not.toHaveProperty(member)
  })

  test('in pages is the same list', async () => {
    const seen: string[] = []
    let token: string | undefined
    do {
      const page = await list(`?pageSize=3${token ? `&pageToken=${token}` : ''}`)
      seen.push(...page.items.map(({ id }) => id))
      token = page.nextPageToken
    } while (token)
    expect(seen).toEqual(ids.toReversed())
  })

  test.each([
    ['?kind=tool', 5],
    ['?kind=workflow', 2],
    ['?name=double', 3],
    ['?status=completed', 4],
    ['?status=failed', 2],
    ['?status=refused', 1],
    ['?kind=tool&name=small&status=refused', 1],
    ['?name=nobody', 0],
  ])('%s gives %i', async (query, count) => {
    expect((await list(query)).items).toHaveLength(count)
  })

  test.each([
    'pageSize=0',
    'pageSize=501',
    'pageSize=-1',
    'pageSize=1.5',
    'pageSize=x',
    'pageSize=',
    'pageToken=x',
    "pageToken=' or 1=1",
    'kind=dataset',
    'status=running',
  ])('%s is refused', async (query) => {
    const answer = await app.request('t', `/api/v1/executions?${query}`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'parameter-invalid' })
  })
})

describe('one execution', () => {
  const one = async (index: number): Promise<Item> =>
    (await (await app.request('t', `/api/v1/executions/${ids[index]}`)).json()) as Item

  test('of a tool', async () => {
    expect(await one(0)).toMatchObject({
      id: ids[0],
      tenant: 't',
      kind: 'tool',
      name: 'double',
      method: 'direct',
      status: 'completed',
      input: { n: 1 },
      output: { result: 2 },
      steps: [],
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      durationMs: expect.any(Number),
    })
  })

  test('that a validator refused', async () => {
    expect(await one(3)).toMatchObject({ status: 'refused', output: { valid: false } })
  })

  test('of a workflow, with its stages in order', async () => {
    expect(await one(4)).toMatchObject({
      status: 'completed',
      steps: [
        { name: 'small', status: 'completed', startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
        { name: 'double', status: 'completed' },
      ],
    })
  })

  test('of a workflow that stopped', async () => {
    expect(await one(5)).toMatchObject({
      status: 'failed',
      error: { code: 'workflow-failed', stage: 'small' },
      steps: [
        { name: 'small', status: 'failed' },
        { name: 'double', status: 'skipped' },
      ],
    })
  })

  test('keeps the request id that the caller gave', async () => {
    const init = { ...post({ text: 'double 1' }), headers: { 'X-Request-ID': 'my-request.1' } }
    const { executionId } = (await (await app.request('t', '/api/v1/execute', init)).json()) as { executionId: string }
    const found = await app.request('t', `/api/v1/executions/${executionId}`)
    expect(await found.json()).toMatchObject({ requestId: 'my-request.1' })
  })

  test.each(['0190aaaa-0000-7000-8000-000000000000', 'x', '%00', "'"])('%s is unknown', async (id) => {
    const answer = await app.request('t', `/api/v1/executions/${id}`)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ code: 'execution-not-found' })
  })
})
