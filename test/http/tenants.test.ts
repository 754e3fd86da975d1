import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

const create = (id: unknown) => app.request(undefined, '/admin/tenants', post({ tenant_id: id }))
const branchOf = (id: string): string =>
  app.repository.git(['for-each-ref', '--format=%(objectname)', `refs/heads/customer/${id}`])

describe('creating', () => {
  test('makes a branch at the head of the trunk, and says what was made', async () => {
    const trunk = app.repository.git(['rev-parse', 'main'])
    const answer = await create('made')
    expect(answer.status).toBe(201)
    expect(answer.headers.get('location')).toBe('/admin/tenants/made')
    const made = await answer.json()
    expect(made).toMatchObject({
      tenant_id: 'made',
      status: 'active',
      namespace: 'made',
      branch: 'customer/made',
      task_queue: 'volcano-made',
      origin: 'created',
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
      state: 'live',
      head: trunk,
    })
    expect(branchOf('made')).toBe(trunk)
    expect(app.repository.git(['reflog', 'customer/made'])).toContain('tenant created')
    expect(await (await app.request(undefined, '/admin/tenants/made')).json()).toEqual(made)
    expect((await app.request('made', '/api/v1/config')).status).toBe(200)
  })

  test('a second time is a conflict in the words that clients look for, and changes nothing', async () => {
    await create('twice')
    const head = app.commit('twice', { 'config/own.yaml': 'a: 1\n' })
    const answer = await create('twice')
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({
      error: 'Tenant already exists',
      code: 'tenant-exists',
      status: 409,
      tenant_id: 'twice',
    })
    expect(branchOf('twice')).toBe(head)
  })

  test('ten times at once makes one', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => create('raced')))
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([201, ...Array<number>(9).fill(409)])
    expect((await app.request('raced', '/api/v1/config')).status).toBe(200)
  })

  test('an id whose name in the database is taken is refused, and leaves no branch', async () => {
    await create('acme-x')
    const answer = await create('acme_x')
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ code: 'tenant-name-taken' })
    expect(branchOf('acme_x')).toBe('')
  })

  test('such a branch made by hand is no tenant either', async () => {
    await create('hand-made')
    app.commit('hand_made', {})
    const answer = await app.request('hand_made', '/api/v1/config')
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ code: 'tenant-name-taken' })
    expect((await app.request('hand-made', '/api/v1/config')).status).toBe(200)
  })

  test.each([{}, { tenant_id: 5 }, { tenant_id: 'x', plan: 'gold' }, [], 'x'])('%j is no tenant', async (body) => {
    const answer = await app.request(undefined, '/admin/tenants', post(JSON.stringify(body)))
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ code: 'body-invalid' })
  })
})

describe('a branch made by hand', () => {
  test('is a tenant from the next request on', async () => {
    expect((await app.request('adopted', '/api/v1/config')).status).toBe(404)
    app.commit('adopted', {})
    expect((await app.request('adopted', '/api/v1/config')).status).toBe(200)
    expect(await (await app.request(undefined, '/admin/tenants/adopted')).json()).toMatchObject({ origin: 'adopted' })
  })

  test('is one of many that are asked for at once: each has one row and one line in the trail, and no name is taken twice', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `woken-${i}`)
    for (const id of [...ids, 'woken_7']) app.repository.git(['branch', `customer/${id}`, 'main'])
    const asked = [...ids, 'woken-3', 'woken-3']
    const answers = await Promise.all(asked.map((id) => app.request(id, '/api/v1/config')))
    expect(answers.map(({ status }) => status)).toEqual(asked.map(() => 200))
    const twin = await app.request('woken_7', '/api/v1/config')
    expect(await twin.json()).toMatchObject({ code: 'tenant-name-taken' })
    const rows = await Promise.all(ids.map(async (id) => (await app.request(undefined, `/admin/tenants/${id}`)).json()))
    expect(rows).toEqual(ids.map((id) => expect.objectContaining({ tenant_id: id, origin: 'adopted' })))
    const trail = await app.request(undefined, '/admin/audit?action=tenant.adopted', {
      headers: { Accept: 'application/x-ndjson' },
    })
    const lines = (await trail.text()).trimEnd().split('\n')
    const adopted = lines.map((line) => (JSON.parse(line) as { tenant: string }).tenant)
    expect(adopted.filter((id) => id.startsWith('woken')).toSorted()).toEqual(ids.toSorted())
  })

  test('is one also when it is asked for by its operator first, or created', async () => {
    app.commit('shown', {})
    expect(await (await app.request(undefined, '/admin/tenants/shown')).json()).toMatchObject({ origin: 'adopted' })
    const head = app.commit('created-late', { 'config/own.yaml': 'a: 1\n' })
    expect((await create('created-late')).status).toBe(409)
    expect(branchOf('created-late')).toBe(head)
  })
})

describe('a branch that is gone', () => {
  test('is said to be gone, to its tenant and its operator alone, and is never made again in silence', async () => {
    await create('gone')
    await create('neighbour')
    const head = app.commit('gone', { 'config/own.yaml': 'a: 1\n' })
    expect((await app.request('gone', '/api/v1/config')).status).toBe(200)
    app.repository.git(['branch', '-D', 'customer/gone'])

    for (const answer of [await app.request('gone', '/api/v1/config'), await create('gone')]) {
      expect(answer.status).toBe(503)
      const problem = (await answer.json()) as { detail: string }
      expect(problem).toMatchObject({ code: 'tenant-branch-missing', branch: 'customer/gone' })
      expect(problem.detail).toContain('git branch customer/gone')
    }
    expect(branchOf('gone')).toBe('')
    expect(await (await app.request(undefined, '/admin/tenants/gone')).json()).toMatchObject({
      state: 'branch-missing',
    })
    expect(await (await app.request(undefined, '/admin/tenants/gone/usage')).json()).toMatchObject({ commits: null })
    expect((await app.request('neighbour', '/api/v1/config')).status).toBe(200)

    app.repository.git(['branch', 'customer/gone', head])
    expect(await (await app.request('gone', '/api/v1/config/own/a')).text()).toBe('1')
  })

  test('also when all of refs/heads/customer is gone', async () => {
    const other = await createTestApp()
    other.commit('only', {})
    expect((await other.request('only', '/api/v1/config')).status).toBe(200)
    rmSync(join(other.repository.gitDir, 'refs/heads/customer'), { recursive: true })
    expect((await other.request('only', '/api/v1/config')).status).toBe(503)
    await other.close()
  })
})

describe('the list', () => {
  test('is sorted by id, in pages', async () => {
    const other = await createTestApp()
    const ids = ['b', 'a-1', 'a_2', 'c', 'a']
    for (const id of ids) await other.request(undefined, '/admin/tenants', post({ tenant_id: id }))
    const seen: string[] = []
    let token: string | undefined
    do {
      const query = `?pageSize=2${token === undefined ? '' : `&pageToken=${token}`}`
      const page = (await (await other.request(undefined, `/admin/tenants${query}`)).json()) as {
        items: { tenant_id: string }[]
        nextPageToken?: string
      }
      expect(page.items.length).toBeLessThanOrEqual(2)
      seen.push(...page.items.map(({ tenant_id }) => tenant_id))
      token = page.nextPageToken
    } while (token !== undefined)
    expect(seen).toEqual(ids.toSorted())
    await other.close()
  })

  test('says where each stands, also as text', async () => {
    app.commit('list-degraded', {})
    await app.request('list-degraded', '/api/v1/config')
    app.commit('list-degraded', { 'config/x.yaml': 'a: [' })
    app.commit('list-invalid', { 'config/x.yaml': 'a: [' })
    await app.request('list-invalid', '/api/v1/config')
    const { items } = (await (await app.request(undefined, '/admin/tenants?pageSize=500')).json()) as {
      items: { tenant_id: string; state: string; errors?: object[] }[]
    }
    const stateOf = (id: string) => items.find(({ tenant_id }) => tenant_id === id)
    expect(stateOf('list-degraded')).toMatchObject({ state: 'degraded', errors: [{ file: 'config/x.yaml' }] })
    expect(stateOf('list-invalid')).toMatchObject({ state: 'invalid', errors: [{ file: 'config/x.yaml' }] })
    const text = await app.request(undefined, '/admin/tenants', { headers: { Accept: 'text/plain' } })
    expect(text.headers.get('content-type')).toContain('text/plain')
    expect(await text.text()).toMatch(/^list-degraded +degraded: \w{12} has \d+ errors?, \w{12} serves$/m)
  })
})

test('the usage counts commits of its own and executions by outcome', async () => {
  await create('used')
  app.commit('used', { 'config/own.yaml': 'a: 1\n' })
  app.commit('used', { 'config/own.yaml': 'a: 2\n' })
  for (const input of [{ n: 1 }, { n: 400 }])
    await app.request('used', '/api/v1/execute', post({ tool: 'small', input }))
  await app.request('used', '/api/v1/execute', post({ tool: 'double', input: {} }))
  const answer = await app.request(undefined, '/admin/tenants/used/usage')
  expect(await answer.json()).toMatchObject({
    commits: { total: 2, by_author: [{ author: 'Ada', commits: 2 }] },
    executions: {
      total: 3,
      by_status: { completed: 1, refused: 1, failed: 1 },
      by_target: [
        { kind: 'tool', name: 'small', total: 2, by_status: { completed: 1, refused: 1, failed: 0 } },
        { kind: 'tool', name: 'double', total: 1, by_status: { completed: 0, refused: 0, failed: 1 } },
      ],
      errors: 1,
    },
    last_activity: expect.stringMatching(/Z$/),
  })
})

describe('a deployment for one tenant', () => {
  test('needs no header, and knows nobody else', async () => {
    const own = await createTestApp({ env: { TENANT_ID: 'own' } })
    own.commit('own', { 'config/own.yaml': 'a: 1\n' })
    own.commit('other', {})
    expect((await own.request(undefined, '/api/v1/config/own/a')).status).toBe(200)
    expect((await own.request('own', '/api/v1/config/own/a')).status).toBe(200)
    const foreign = await own.request('other', '/api/v1/config')
    const unknown = await own.request('nobody', '/api/v1/config')
    expect([foreign.status, unknown.status]).toEqual([404, 404])
    expect(await foreign.json()).toMatchObject({ code: 'tenant-not-found' })
    await own.close()
  })
})
