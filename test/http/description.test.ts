/** What the server says of itself: it is what it does. */
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, type Init, post, type TestApp } from '../support/test-app.ts'

type Operation = {
  operationId: string
  tags: string[]
  requestBody?: { content: Record<string, { schema: object; example?: unknown }> }
  responses: Record<string, { content?: Record<string, { schema: object }>; headers?: Record<string, object> }>
}
type Description = {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: { Problem: object }; headers: Record<string, object> }
}

let app: TestApp
let description: Description
let executionId: string

beforeAll(async () => {
  app = await createTestApp()
  app.commit('t', {})
  description = (await (await app.request(undefined, '/openapi.json')).json()) as Description
  const ran = await app.request('t', '/api/v1/execute', post({ workflow: 'both', input: { n: 1 } }))
  executionId = ((await ran.json()) as { executionId: string }).executionId
})
afterAll(() => app.close())

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)

/** One request for each operation that answers with 200 or 201. */
const SAMPLES: Record<string, () => Sample | Promise<Sample>> = {
  about: () => ['/'],
  health: () => ['/health'],
  livez: () => ['/livez'],
  readyz: () => ['/readyz'],
  metrics: () => ['/metrics'],
  openapi: () => ['/openapi.json'],
  docs: () => ['/docs'],
  problems: () => ['/problems'],
  problem: () => ['/problems/internal'],
  schema: () => ['/schemas/tool.json'],
  'get-config': () => ['/api/v1/config'],
  'get-config-value': () => ['/api/v1/config/limits/nested'],
  'list-tools': () => ['/api/v1/tools'],
  'get-tool': () => ['/api/v1/tools/double'],
  'run-tool': () => ['/api/v1/tools/double/run', post({ input: { n: 1 } })],
  'list-workflows': () => ['/api/v1/workflows'],
  'get-workflow': () => ['/api/v1/workflows/both'],
  'run-workflow': () => ['/api/v1/workflows/both/run', post({ input: { n: 1 } })],
  execute: () => ['/api/v1/execute', post({ text: 'double 2', sessionId: 's' })],
  'list-history': () => ['/api/v1/history?pageSize=1'],
  compare: () => ['/api/v1/compare'],
  'get-provenance': () => ['/api/v1/provenance'],
  watch: () => ['/api/v1/watch'],
  'list-files': () => ['/api/v1/files'],
  'get-file': async () => {
    await app.request('t', '/api/v1/files/notes/x.bin', { ...file('PUT', { 'If-None-Match': '*' }), body: '\0' })
    return ['/api/v1/files/notes/x.bin']
  },
  'put-file': () => ['/api/v1/files/notes/y', { ...file('PUT', { 'If-None-Match': '*' }), body: 'y' }],
  'patch-file': () => [
    '/api/v1/files/config/limits.yaml',
    { ...file('PATCH', { 'Content-Type': 'application/merge-patch+json' }), body: '{"requests": 20}' },
  ],
  'delete-file': () => ['/api/v1/files/notes/y', file('DELETE')],
  'create-commit': () => ['/api/v1/commits', post({ changes: [{ path: 'notes/z', content: 'z' }] })],
  'validate-changes': () => ['/api/v1/validate', post({ changes: [{ path: 'notes/z', content: 'z' }] })],
  'create-rollback': () => ['/api/v1/rollback', post({ revert: 'head' })],
  'list-executions': () => ['/api/v1/executions'],
  'get-execution': () => [`/api/v1/executions/${executionId}`],
  'create-tenant': () => ['/admin/tenants', post({ tenant_id: 'sample' })],
  'list-tenants': () => ['/admin/tenants'],
  'get-tenant': () => ['/admin/tenants/t'],
  'get-tenant-usage': () => ['/admin/tenants/t/usage'],
  'create-tenants': () => ['/admin/tenants:bulk', post({ tenants: [{ tenant_id: 'one' }, { tenant_id: 't' }] })],
  'replace-tenant': () => ['/admin/tenants/sample', put({ plan: 'pro' })],
  'change-tenant': () => ['/admin/tenants/sample', { ...put({ labels: { region: 'eu' } }), method: 'PATCH' }],
  'suspend-tenant': () => ['/admin/tenants/sample/suspend', post('')],
  'resume-tenant': () => ['/admin/tenants/sample/resume', post('')],
  'delete-tenant': () => ['/admin/tenants/sample', { method: 'DELETE' }],
  'restore-tenant': () => ['/admin/tenants/sample/restore', post('')],
  'list-plans': () => ['/admin/plans'],
  ...keySamples('', '/api/v1/keys', { name: 'k', role: 'viewer' }),
  ...keySamples('tenant-', '/admin/tenants/t/keys', { name: 'k', role: 'viewer' }),
  ...keySamples('operator-', '/admin/keys', { name: 'k' }),
  'add-user': () => ['/api/users', post({ email: 'a@example.org', name: 'A' })],
  'list-users': () => ['/api/users'],
  'get-user': async () => [`/api/users/${await made('/api/users', { email: 'b@example.org', name: 'B' })}`],
  'change-user': async () => [
    `/api/users/${await made('/api/users', { email: 'c@example.org', name: 'C' })}`,
    { ...put({ role: 'admin' }), method: 'PATCH' },
  ],
  'remove-user': async () => [
    `/api/users/${await made('/api/users', { email: 'd@example.org', name: 'D' })}`,
    { method: 'DELETE' },
  ],
  'get-person': () => ['/admin/users/a@example.org'],
  'request-analytics': () => ['/api/analytics/requests'],
  'get-usage': () => ['/api/v1/usage'],
  'get-status': () => ['/api/v1/status'],
  'list-audit': () => ['/admin/audit'],
  'list-tenant-audit': () => ['/api/v1/audit'],
  'put-secret': () => ['/api/v1/secrets/token', put({ value: 's3cr3t-of-the-crm' })],
  'list-secrets': () => ['/api/v1/secrets'],
  'start-rollout': () => ['/admin/rollouts', post({ select: { tenants: ['t'] }, startAt: '2100-01-01T00:00:00Z' })],
  'list-rollouts': () => ['/admin/rollouts'],
  'get-rollout': async () => [await rollout()],
  'list-rollout-tenants': async () => [`${await rollout()}/tenants`],
  'follow-rollout': async () => [`${await rollout()}/events`],
  'approve-rollout': async () => [`${await rollout()}/approve`, post({})],
  'pause-rollout': async () => [`${await rollout('approve')}/pause`, post({ reason: 'lunch' })],
  'resume-rollout': async () => [`${await rollout('approve', 'pause')}/resume`, post({})],
  'abort-rollout': async () => [`${await rollout()}/abort`, post({})],
  'retry-rollout': async () => [`${await rollout('approve', 'pause')}/retry`, post({})],
  'rollback-rollout': async () => [`${await rollout('approve', 'pause')}/rollback`, post({})],
  'list-conflicts': () => ['/admin/conflicts'],
  'resolve-conflict': async () => [`/admin/conflicts/${await conflict()}/resolve`, post({ use: 'tenant' })],
  'place-hold': () => ['/admin/tenants/t/hold', put({ reason: 'quarter close' })],
  'get-hold': () => ['/admin/tenants/t/hold'],
  'release-hold': () => ['/admin/tenants/t/hold', { method: 'DELETE' }],
  'delete-secret': () => ['/api/v1/secrets/token', { method: 'DELETE' }],
}

type Sample = [path: string, init?: Init]

const put = (body: object): Init => ({ method: 'PUT', body: JSON.stringify(body) })

const file = (method: string, headers: Record<string, string> = {}): Init => ({
  method,
  headers: { ...(headers['If-None-Match'] ? {} : { 'If-Match': '*' }), ...headers },
})

/** The id of what a POST to `path` makes. */
async function made(path: string, body: object): Promise<string> {
  const answer = await app.request(path.startsWith('/api/') ? 't' : undefined, path, post(body))
  const { id, key_id } = (await answer.json()) as { id?: string; key_id?: string }
  return id ?? key_id ?? expect.fail(`${path} made nothing`)
}

/** The path of a rollout that does not begin today, after these acts. */
async function rollout(...acts: string[]): Promise<string> {
  const path = `/admin/rollouts/${await made('/admin/rollouts', { select: { tenants: ['t'] }, startAt: '2100-01-01T00:00:00Z' })}`
  for (const act of acts) expect((await app.request(undefined, `${path}/${act}`, post({}))).status, act).toBe(200)
  return path
}

/** The fingerprint of a conflict of a tenant of its own. */
async function conflict(): Promise<string> {
  app.commit('r', { 'config/features.json': '{"beta": 1}' })
  await app.request('r', '/api/v1/config')
  app.repository.commit('main', { files: { 'config/features.json': '{"beta": 2}' } })
  await made('/admin/rollouts', { select: { tenants: ['r'] } })
  const answer = await app.request(undefined, '/admin/conflicts')
  const { items } = (await answer.json()) as { items: { fingerprint: string }[] }
  return items[0]?.fingerprint ?? expect.fail('nobody disagrees')
}

function keySamples(prefix: string, path: string, key: object): Record<string, () => Sample | Promise<Sample>> {
  const one = async () => `${path}/${await made(path, key)}`
  return {
    [`create-${prefix}key`]: () => [path, post(key)],
    [`list-${prefix}keys`]: () => [path],
    [`get-${prefix}key`]: async () => [await one()],
    [`rotate-${prefix}key`]: async () => [`${await one()}/rotate`, post({ grace_seconds: 60 })],
    [`revoke-${prefix}key`]: async () => [await one(), { method: 'DELETE' }],
  }
}

const operations = (): [path: string, method: string, operation: Operation][] =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [path, method, operation]),
  )

describe('/openapi.json', () => {
  test('has every path that is mounted', () => {
    const mounted = app.app.server.routes.map(({ method, path }) => `${method} ${path.replace('+}', '}')}`)
    const described = operations().map(([path, method]) => `${method} ${path}`)
    expect(described.toSorted()).toEqual([...new Set(mounted)].toSorted())
  })

  test('has an operation for each sample here, and a sample for each operation', () => {
    expect(
      operations()
        .map(([, , { operationId }]) => operationId)
        .toSorted(),
    ).toEqual(Object.keys(SAMPLES).toSorted())
  })

  test.each(Object.keys(SAMPLES))('%s answers as it is described', async (id) => {
    const [path, method, operation] =
      operations().find(([, , { operationId }]) => operationId === id) ?? expect.fail(id)
    const [sample, init] = (await SAMPLES[id]?.()) ?? expect.fail(id)
    expect((init?.method ?? 'GET').toLowerCase()).toBe(method)
    const answer = await app.request(path.startsWith('/api/') ? 't' : undefined, sample, init)
    expect([200, 201, 204], answer.ok ? '' : await answer.clone().text()).toContain(answer.status)
    const { content = {}, headers = {} } =
      operation.responses[String(answer.status)] ?? expect.fail(`${answer.status} is not described`)
    const sent = Object.keys(description.components.headers).filter((name) => answer.headers.has(name))
    expect(Object.keys(headers)).toEqual(expect.arrayContaining(sent))
    const [type = '', media] = Object.entries(content)[0] ?? []
    expect(answer.headers.get('content-type')?.split(';')[0] ?? '').toBe(type)
    if (!type.includes('json')) return void (await answer.body?.cancel())
    const validate = ajv.compile(media?.schema ?? {})
    expect(validate(await answer.json()), JSON.stringify(validate.errors)).toBe(true)
  })

  test('describes the problems that are answered', async () => {
    const validate = ajv.compile(description.components.schemas.Problem)
    const bad: [string, string, string | undefined, Init?][] = [
      ['get-config', '/api/v1/config', undefined],
      ['get-config', '/api/v1/config', 'nobody'],
      ['execute', '/api/v1/execute', 't', post('{')],
      ['execute', '/api/v1/execute', 't', post({ tool: 'double', input: { n: 'x' } })],
      ['execute', '/api/v1/execute', 't', post({ workflow: 'both', input: { n: 400 } })],
      ['get-execution', '/api/v1/executions/x', 't'],
      ['create-tenant', '/admin/tenants', undefined, post({ tenant_id: 't' })],
      ['get-tenant', '/admin/tenants/nobody', undefined],
    ]
    for (const [id, path, tenant, init] of bad) {
      const answer = await app.request(tenant, path, init)
      const [, , operation] = operations().find(([, , { operationId }]) => operationId === id) ?? expect.fail(id)
      expect(operation.responses, id).toHaveProperty(String(answer.status))
      expect(validate(await answer.json()), JSON.stringify(validate.errors)).toBe(true)
    }
  })

  test('its examples run', async () => {
    for (const [, , { operationId, requestBody }] of operations()) {
      for (const { schema, example } of Object.values(requestBody?.content ?? {})) {
        if (example !== undefined) expect(ajv.validate(schema, example), operationId).toBe(true)
      }
    }
  })
})

test('/schemas/*.json are schemas that the files of this repository match', async () => {
  for (const [kind, good] of [
    ['tool', { name: 'x', compute: { r: '1' } }],
    ['workflow', { name: 'x', stages: ['y'] }],
  ] as const) {
    const answer = await app.request(undefined, `/schemas/${kind}.json`)
    expect(answer.headers.get('content-type')).toBe('application/schema+json')
    const validate = ajv.compile((await answer.json()) as object)
    expect(validate(good)).toBe(true)
    expect(validate({})).toBe(false)
  }
})

test('/metrics counts requests by route and executions by outcome, and names no tenant by its id', async () => {
  await app.request('t', '/api/v1/tools/double/run', post({ input: { n: 1 } }))
  await app.request('t', '/api/v1/nothing-here')
  const answer = await app.request(undefined, '/metrics')
  const text = await answer.text()
  expect(text).toMatch(
    /http_server_request_duration_seconds_count\{[^}]*http_route="\/api\/v1\/tools\/\{name\}\/run"[^}]*\} [1-9]/,
  )
  expect(text).toMatch(/espalier_executions_total\{kind="tool",status="completed"\} [1-9]/)
  expect(text).not.toContain('nothing-here')
})

test('/readyz says when the trunk cannot be read, while /livez and /health go on', async () => {
  const other = await createTestApp()
  expect((await other.request(undefined, '/readyz')).status).toBe(200)
  other.repository.git(['update-ref', '-d', 'refs/heads/main'])
  const answer = await other.request(undefined, '/readyz')
  expect(answer.status).toBe(503)
  expect(await answer.json()).toMatchObject({ code: 'not-ready' })
  expect((await other.request(undefined, '/livez')).status).toBe(200)
  expect((await other.request(undefined, '/health')).status).toBe(200)
  await other.close()
})
