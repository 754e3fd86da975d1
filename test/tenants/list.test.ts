/** Which tenants `GET /admin/tenants` shows for which filter. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

let app: TestApp

beforeAll(async () => {
  app = await createTestApp()
  for (const body of [
    { tenant_id: 'a-live', plan: 'pro', labels: { region: 'eu', tier: 'gold' } },
    { tenant_id: 'b-degraded', plan: 'pro', labels: { region: 'eu' } },
    { tenant_id: 'c-missing', plan: 'free', labels: { region: 'us', tier: 'gold' } },
    { tenant_id: 'd-suspended' },
    { tenant_id: 'e-current' },
  ]) {
    expect((await app.request(undefined, '/admin/tenants', post(body))).status).toBe(201)
  }
  app.commit('b-degraded', { 'tools/broken.yaml': 'nonsense: true\n' })
  app.commit('f-invalid', { 'tools/broken.yaml': 'nonsense: true\n' })
  await app.request('f-invalid', '/api/v1/status')
  app.repository.git(['update-ref', '-d', 'refs/heads/customer/c-missing'])
  await app.request(undefined, '/admin/tenants/d-suspended/suspend', { method: 'POST' })
  app.repository.commit('main', { files: { 'config/new.json': '{}' } })
  app.repository.git(['update-ref', 'refs/heads/customer/e-current', 'refs/heads/main'])
  // Whoever asks first makes a row of the branch.
  await app.request('f-invalid', '/api/v1/config')
})
afterAll(() => app.close())

async function ids(query: string): Promise<string[]> {
  const answer = await app.request(undefined, `/admin/tenants?${query}`)
  expect(answer.status).toBe(200)
  const { items } = (await answer.json()) as { items: { tenant_id: string }[] }
  return items.map(({ tenant_id }) => tenant_id)
}

test.each([
  ['label=region:eu', ['a-live', 'b-degraded']],
  ['label=region:eu&label=tier:gold', ['a-live']],
  ['label=region:', []],
  ['plan=pro', ['a-live', 'b-degraded']],
  ['plan=unlimited&status=active', ['e-current', 'f-invalid']],
  ['status=suspended', ['d-suspended']],
  ['status=deleted', []],
  ['state=degraded', ['b-degraded']],
  ['state=invalid', ['f-invalid']],
  ['state=branch-missing', ['c-missing']],
  ['state=live&status=active', ['a-live', 'e-current']],
  ['state=behind-main', ['a-live', 'b-degraded', 'd-suspended', 'f-invalid']],
  ['state=behind-main&label=tier:gold', ['a-live']],
])('%s', async (query, expected) => {
  expect(await ids(query)).toEqual(expected)
})

test('pages follow each other, also through a filter by state', async () => {
  const seen: string[] = []
  let token = ''
  do {
    const answer = await app.request(undefined, `/admin/tenants?state=behind-main&pageSize=3&pageToken=${token}`)
    const page = (await answer.json()) as { items: { tenant_id: string }[]; nextPageToken?: string }
    seen.push(...page.items.map(({ tenant_id }) => tenant_id))
    token = page.nextPageToken ?? ''
  } while (token !== '')
  expect(seen).toEqual(['a-live', 'b-degraded', 'd-suspended', 'f-invalid'])
})

test.each([
  ['state=degradet', 'degraded'],
  ['status=gone', 'active, suspended, deleted'],
  ['label=region', 'label=region:eu'],
])('%s is refused with what would be right', async (query, hint) => {
  const answer = await app.request(undefined, `/admin/tenants?${query}`)
  expect(answer.status).toBe(400)
  expect(((await answer.json()) as { detail: string }).detail).toContain(hint)
})

describe('as text', () => {
  const text = async (query: string): Promise<string> => {
    const answer = await app.request(undefined, `/admin/tenants?${query}`, { headers: { Accept: 'text/plain' } })
    return answer.text()
  }

  test('a filter that nothing matches is not taken for a server without tenants', async () => {
    expect(await text('plan=pro&label=region:us')).toMatch(/^No tenant is like that/)
    const { stdout } = await app.folder.espalier(['tenant', 'list', '--status', 'deleted'])
    expect(stdout).toMatch(/^No tenant is like that/)
    const empty = await createTestApp()
    const answer = await empty.request(undefined, '/admin/tenants', { headers: { Accept: 'text/plain' } })
    expect(await answer.text()).toMatch(/^There is no tenant\./)
    await empty.close()
  })

  test('a page that is not the last says so', async () => {
    expect(await text('pageSize=2')).toMatch(/\nMore follow: pageToken=b-degraded\n$/)
    expect(await text('pageSize=500')).not.toContain('More follow')
  })
})
