/** `/admin/tenants` through the whole product: what is set, what is refused, and what others see of it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, type Init, post, type TestApp } from '../support/test-app.ts'

let app: TestApp

beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

const admin = (path: string, init?: Init): Promise<Response> => app.request(undefined, `/admin${path}`, init)
const create = (body: object): Promise<Response> => admin('/tenants', post(body))
const put = (body: unknown, headers: Record<string, string> = {}): Init => ({ ...post(body), method: 'PUT', headers })
const patch = (body: unknown, headers: Record<string, string> = {}): Init => ({
  ...post(body),
  method: 'PATCH',
  headers,
})
const json = async (answer: Response): Promise<Record<string, unknown>> => (await answer.json()) as never
const config = (tenant: string): Promise<Response> => app.request(tenant, '/api/v1/config')

const FULL = {
  name: 'Acme Corporation',
  domain: 'app.acme.com',
  plan: 'pro',
  labels: { region: 'eu', tier: 'gold' },
  metadata: { company: 'Acme Corporation', nested: { a: [1, null] } },
  limits: { users: 7, api_calls_per_month: 500 },
  settings: { features: ['beta'], integrations: ['slack'], customizations: { colour: 'red' } },
  quota_requests_per_minute: 100,
  quota_tokens_per_minute: 10_000,
  allowed_models: ['gpt-4'],
  allowed_tools: [],
}

describe('a tenant', () => {
  test('comes back as it was posted, with its names and the ETag of its first version', async () => {
    const answer = await create({ tenant_id: 'full', ...FULL })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('location')).toBe('/admin/tenants/full')
    expect(answer.headers.get('etag')).toBe('"1"')
    const tenant = await json(answer)
    expect(tenant).toMatchObject({
      tenant_id: 'full',
      ...FULL,
      status: 'active',
      namespace: 'full',
      branch: 'customer/full',
      state: 'live',
      behind_main: false,
    })
    expect(tenant.created_at).toBe(tenant.updated_at)
    expect(await json(await admin('/tenants/full'))).toEqual(tenant)
  })

  test('that exists is refused with 409, the words of document clients, and a detail that names PUT', async () => {
    await create({ tenant_id: 'twice' })
    const answer = await create({ tenant_id: 'twice', plan: 'pro' })
    expect(answer.status).toBe(409)
    const problem = await json(answer)
    expect(problem).toMatchObject({ error: 'Tenant already exists', code: 'tenant-exists', status: 409 })
    expect(problem.detail).toContain('PUT /admin/tenants/twice')
    expect((await json(await admin('/tenants/twice'))).plan).toBe('unlimited')
  })

  test('with a name that is taken in the database is refused', async () => {
    await create({ tenant_id: 'name-taken' })
    expect(await json(await create({ tenant_id: 'name_taken' }))).toMatchObject({
      status: 409,
      code: 'tenant-name-taken',
    })
    expect((await admin('/tenants/name_taken')).status).toBe(404)
    expect(app.repository.git(['for-each-ref', 'refs/heads/customer/name_taken'])).toBe('')
  })

  test('that was posted twice at the same time exists once', async () => {
    const answers = await Promise.all([create({ tenant_id: 'race' }), create({ tenant_id: 'race' })])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409])
    expect((await config('race')).status).toBe(200)
  })

  test('is made of a branch that somebody made by hand, which is not moved', async () => {
    const head = app.commit('by-hand', { 'config/own.json': '{"own": true}' })
    expect((await create({ tenant_id: 'by-hand' })).status).toBe(409)
    expect(await json(await admin('/tenants/by-hand'))).toMatchObject({ origin: 'adopted', head })
  })

  test.each([
    [{ tenant_id: 'x', quotas_requests_per_minute: 1 }, '/quotas_requests_per_minute', 'quota_requests_per_minute'],
    [{ tenant_id: 'x', plan: 'enterprize' }, '/plan', 'enterprise'],
    [{ tenant_id: 'x', quota_requests_per_minute: -2 }, '/quota_requests_per_minute', 'at least -1'],
    [{ tenant_id: 'x', limits: { user: 1 } }, '/limits/user', 'users'],
    [{ tenant_id: 'x', owner_email: 'nobody' }, '/owner_email', 'name@example.com'],
    [{ tenant_id: 'x', domain: 'not a domain' }, '/domain', 'pattern'],
  ])('is refused with the place and what would be right: %j', async (body, pointer, hint) => {
    const answer = await create(body)
    expect(answer.status).toBe(422)
    const { errors } = (await answer.json()) as { errors: { pointer: string; detail: string }[] }
    expect(errors).toMatchObject([{ pointer, detail: expect.stringContaining(hint) }])
    expect((await admin('/tenants/x')).status).toBe(404)
  })
})

describe('a change', () => {
  test('by PUT replaces everything that can be set', async () => {
    await create({ tenant_id: 'put', ...FULL })
    const answer = await admin('/tenants/put', put({ tenant_id: 'put', name: 'New', quota_requests_per_minute: 5 }))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('etag')).toBe('"2"')
    expect(await json(answer)).toMatchObject({
      name: 'New',
      quota_requests_per_minute: 5,
      plan: 'unlimited',
      labels: {},
      allowed_models: null,
      version: 2,
    })
  })

  test('by PATCH changes only what it names, and null sets back', async () => {
    await create({ tenant_id: 'patch', ...FULL })
    const answer = await admin(
      '/tenants/patch',
      patch({ labels: { tier: null, new: 'yes' }, allowed_tools: null, plan: 'free' }),
    )
    expect(await json(answer)).toMatchObject({
      ...FULL,
      labels: { region: 'eu', new: 'yes' },
      allowed_tools: null,
      plan: 'free',
    })
  })

  test('that changes nothing makes no version', async () => {
    await create({ tenant_id: 'same', plan: 'pro' })
    expect((await admin('/tenants/same', patch({ plan: 'pro' }))).headers.get('etag')).toBe('"1"')
  })

  test('decided on an older version is refused with 412; without If-Match it is taken', async () => {
    await create({ tenant_id: 'match' })
    expect((await admin('/tenants/match', patch({ name: 'one' }, { 'If-Match': '"1"' }))).status).toBe(200)
    const late = await admin('/tenants/match', patch({ name: 'two' }, { 'If-Match': '"1"' }))
    expect(await json(late)).toMatchObject({ status: 412, code: 'precondition-failed', version: 2 })
    expect((await admin('/tenants/match', patch({ name: 'three' }))).status).toBe(200)
    expect((await admin('/tenants/match', patch({ name: 'four' }, { 'If-Match': '"2", "3"' }))).status).toBe(200)
  })

  test('of one tenant by many at once loses none of them', async () => {
    await create({ tenant_id: 'many' })
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, i) => admin('/tenants/many', patch({ labels: { [`l${i}`]: 'x' } }))),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(Object.keys((await json(await admin('/tenants/many'))).labels as object)).toHaveLength(5)
  })

  test.each([
    ['PUT', { nam: 'x' }, '/nam'],
    ['PATCH', { nam: 'x' }, '/nam'],
    ['PATCH', { plan: 'gold' }, '/plan'],
    ['PUT', { tenant_id: 'other' }, '/tenant_id'],
  ])('by %s of %j is refused', async (method, body, pointer) => {
    await create({ tenant_id: 'refused' })
    const answer = await admin('/tenants/refused', { ...post(body), method })
    expect(await json(answer)).toMatchObject({ status: 422, errors: [{ pointer }] })
  })

  test('of a tenant that does not exist is 404', async () => {
    expect((await admin('/tenants/nobody', put({}))).status).toBe(404)
    expect((await admin('/tenants/nobody', { method: 'DELETE' })).status).toBe(404)
  })

  test('stands in the audit trail with before and after', async () => {
    await create({ tenant_id: 'audited' })
    await admin('/tenants/audited', patch({ plan: 'pro' }))
    const { items } = (await json(await admin('/audit?tenant=audited'))) as { items: Record<string, never>[] }
    expect(items).toMatchObject([
      { action: 'tenant.updated', before: { plan: 'unlimited' }, after: { plan: 'pro' } },
      { action: 'tenant.created', after: { plan: 'unlimited', status: 'active' } },
    ])
  })
})

describe('an owner and a key', () => {
  test('come with the tenant, and the key is shown this once', async () => {
    const answer = await create({ tenant_id: 'owned', owner_email: 'Jo@Acme.com', issue_key: true })
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const created = await json(answer)
    expect(created.api_key).toMatch(/^esp_/)
    const users = await app.request(undefined, '/api/v1/config', {
      headers: { Authorization: `Bearer ${String(created.api_key)}` },
    })
    expect(users.status).toBe(200)
    expect(JSON.stringify(await json(await admin('/tenants/owned')))).not.toContain('esp_')
    const { items } = (await json(await admin('/audit?tenant=owned'))) as { items: Record<string, never>[] }
    expect(items.map(({ action }) => action)).toEqual(['key.created', 'user.added', 'tenant.created'])
    expect(items[1]).toMatchObject({ after: { email: 'jo@acme.com', role: 'owner' } })
  })
})

describe('a suspended tenant', () => {
  test('is refused with 403 until it is resumed', async () => {
    await create({ tenant_id: 'late-payer' })
    const suspended = await admin('/tenants/late-payer/suspend', { method: 'POST' })
    expect(await json(suspended)).toMatchObject({ status: 'suspended', suspended_at: expect.any(String) })
    expect(await json(await config('late-payer'))).toMatchObject({ status: 403, code: 'tenant-suspended' })
    expect(await json(await admin('/tenants/late-payer/resume', { method: 'POST' }))).toMatchObject({
      status: 'active',
    })
    expect((await config('late-payer')).status).toBe(200)
  })
})

describe('a deleted tenant', () => {
  test('answers like one that never was, keeps its branch, and comes back as it was', async () => {
    await create({ tenant_id: 'gone', ...FULL })
    await admin('/tenants/gone/suspend', { method: 'POST' })
    const head = app.repository.git(['rev-parse', 'refs/heads/customer/gone'])
    expect(await json(await admin('/tenants/gone', { method: 'DELETE' }))).toMatchObject({ status: 'deleted' })

    const answer = await json(await config('gone'))
    const never = await json(await config('never'))
    expect({ ...answer, requestId: '' }).toEqual(
      JSON.parse(JSON.stringify({ ...never, requestId: '' }).replaceAll('never', 'gone')),
    )
    expect(app.repository.git(['rev-parse', 'refs/heads/customer/gone'])).toBe(head)
    expect(await json(await admin('/tenants?status=deleted'))).toMatchObject({ items: [{ tenant_id: 'gone' }] })
    expect(JSON.stringify(await json(await admin('/tenants?pageSize=500')))).not.toContain('"gone"')

    const again = await json(await create({ tenant_id: 'gone' }))
    expect(again.detail).toContain('/admin/tenants/gone/restore')
    expect((await admin('/tenants/gone', put({}))).status).toBe(409)
    expect((await admin('/tenants/gone/resume', { method: 'POST' })).status).toBe(409)

    const restored = await json(await admin('/tenants/gone/restore', { method: 'POST' }))
    expect(restored).toMatchObject({ ...FULL, status: 'suspended' })
    await admin('/tenants/gone/resume', { method: 'POST' })
    expect((await config('gone')).status).toBe(200)
  })
})
