import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

type UserBody = { id: string; tenant_id: string; email: string; name: string; membership: { role: string } }

let product: TestApp

beforeAll(async () => {
  product = await createTestApp()
  for (const tenant_id of ['acme-corp', 'globex']) {
    expect((await product.request(undefined, '/admin/tenants', post({ tenant_id }))).status).toBe(201)
  }
})
afterAll(() => product.close())

const add = (tenant: string, body: object): Promise<Response> => product.request(tenant, '/api/users', post(body))
const patch = (tenant: string, id: string, body: object): Promise<Response> =>
  product.request(tenant, `/api/users/${id}`, { method: 'PATCH', body: JSON.stringify(body) })
const remove = (tenant: string, id: string): Promise<Response> =>
  product.request(tenant, `/api/users/${id}`, { method: 'DELETE' })
const added = async (tenant: string, body: object): Promise<UserBody> => {
  const answer = await add(tenant, body)
  expect(answer.status).toBe(201)
  return (await answer.json()) as UserBody
}
const code = async (answer: Response): Promise<string> => ((await answer.json()) as { code: string }).code

describe('users of a tenant', () => {
  test('are added, shown, listed as a bare array and removed', async () => {
    const answer = await add('acme-corp', { email: ' John@Acme.com ', name: 'John Doe' })
    const john = (await answer.json()) as UserBody
    expect(answer.status).toBe(201)
    expect(john).toMatchObject({ tenant_id: 'acme-corp', email: 'john@acme.com', name: 'John Doe' })
    expect(john).toMatchObject({ created_at: expect.any(String), membership: { role: 'member', lastActive: null } })
    expect(answer.headers.get('location')).toBe(`/api/users/${john.id}`)
    expect(await (await product.request('acme-corp', `/api/users/${john.id}`)).json()).toEqual(john)
    expect(await (await product.request('acme-corp', '/api/users')).json()).toEqual([john])
    expect((await remove('acme-corp', john.id)).status).toBe(204)
    expect((await product.request('acme-corp', `/api/users/${john.id}`)).status).toBe(404)
  })

  test('have the permissions of their role', async () => {
    const eve = await added('acme-corp', { email: 'eve@acme.com', name: 'Eve', role: 'viewer' })
    expect(eve.membership).toMatchObject({ permissions: expect.arrayContaining(['config:read']) })
    expect(eve.membership).toMatchObject({ permissions: expect.not.arrayContaining(['tools:run']) })
  })

  test('are listed in pages, each of which links to the next', async () => {
    const names = ['a', 'b', 'c'].map((name) => `${name}@pages.example`)
    for (const email of names) await added('globex', { email, name: email })
    const seen: string[] = []
    let path: string | undefined = '/api/users?pageSize=2'
    for (let pages = 0; path !== undefined && pages < 10; pages += 1) {
      const answer: Response = await product.request('globex', path)
      const page = (await answer.json()) as UserBody[]
      expect(page.length).toBeLessThanOrEqual(2)
      seen.push(...page.map(({ email }) => email))
      path = answer.headers.get('link')?.match(/^<([^>]+)>; rel="next"$/)?.[1]
    }
    expect(path).toBeUndefined()
    expect(seen).toEqual(names)
  })

  test('have an address once in a tenant, in any case, and the same address in another', async () => {
    await added('acme-corp', { email: 'both@example.com', name: 'Acme knows her so' })
    const again = await add('acme-corp', { email: 'BOTH@example.com', name: 'Again' })
    expect([again.status, await code(again)]).toEqual([409, 'user-exists'])
    const other = await added('globex', { email: 'both@example.com', name: 'Globex knows her so' })
    const person = await (await product.request(undefined, '/admin/users/Both@example.com')).json()
    expect(person).toMatchObject({
      email: 'both@example.com',
      memberships: [
        { tenant_id: 'acme-corp', name: 'Acme knows her so', role: 'member' },
        { tenant_id: 'globex', name: 'Globex knows her so', user_id: other.id },
      ],
    })
  })

  test.each([
    '',
    'nobody',
    'a@b',
    'a b@example.com',
    '@example.com',
    'a@-x.com',
    `${'a'.repeat(65)}@example.com`,
    'a@b.c\n@d.e',
  ])('are refused with the address %j', async (email) => {
    const answer = await add('acme-corp', { email, name: 'X' })
    expect(answer.status).toBe(422)
    expect(await answer.json()).toMatchObject({ errors: [{ pointer: '/email' }] })
  })

  test.each([{ name: '  ' }, { name: 'a\u0000b' }, { role: 'operator' }, { is_admin: true }])(
    'are refused with %j',
    async (member) => {
      const answer = await add('acme-corp', { email: 'odd@example.com', name: 'X', ...member })
      expect([answer.status, await code(answer)]).toEqual([422, 'body-invalid'])
    },
  )
})

test('a user has an ETag, and a change that another one came before is refused', async () => {
  const add = await product.request('acme-corp', '/api/users', post({ email: 'tag@acme.com', name: 'Tag' }))
  const { id } = (await add.json()) as { id: string }
  const path = `/api/users/${id}`
  const send = (method: string, tag: string, body?: object) =>
    product.request('acme-corp', path, {
      method,
      headers: { 'If-Match': tag },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
  const first = add.headers.get('etag') ?? ''
  expect((await product.request('acme-corp', path)).headers.get('etag')).toBe(first)
  const changed = await send('PATCH', first, { role: 'viewer' })
  expect(changed.status).toBe(200)
  const second = changed.headers.get('etag') ?? ''
  expect(second).not.toBe(first)
  for (const stale of [await send('PATCH', first, { role: 'admin' }), await send('DELETE', first)]) {
    expect([stale.status, await stale.json()]).toMatchObject([412, { code: 'precondition-failed' }])
  }
  expect((await send('PATCH', `"x", ${second}`, { name: 'Tagged' })).status).toBe(200)
  expect((await send('DELETE', '*')).status).toBe(204)
})

describe('the last owner of a tenant', () => {
  test('can be neither demoted nor removed, until there is another', async () => {
    const first = await added('acme-corp', { email: 'first@acme.com', name: 'First', role: 'owner' })
    const demoted = await patch('acme-corp', first.id, { role: 'viewer' })
    expect([demoted.status, await code(demoted)]).toEqual([409, 'user-last-owner'])
    expect((await remove('acme-corp', first.id)).status).toBe(409)
    const second = await added('acme-corp', { email: 'second@acme.com', name: 'Second', role: 'owner' })
    expect((await patch('acme-corp', first.id, { role: 'viewer' })).status).toBe(200)
    expect((await remove('acme-corp', second.id)).status).toBe(409)
  })

  test('stays where two owners are removed at once', async () => {
    const tenant = 'two-owners'
    await product.request(undefined, '/admin/tenants', post({ tenant_id: tenant }))
    const one = await added(tenant, { email: 'one@two.example', name: 'One', role: 'owner' })
    const two = await added(tenant, { email: 'two@two.example', name: 'Two', role: 'owner' })
    const both = await Promise.all([remove(tenant, one.id), remove(tenant, two.id)])
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409])
  })
})

describe('another tenant', () => {
  test('gets for a user that is not its own exactly what it gets for one that never was', async () => {
    const mine = await added('acme-corp', { email: 'mine@acme.com', name: 'Mine' })
    const asked = async (id: string) => {
      const answers = [
        await product.request('globex', `/api/users/${id}`),
        await patch('globex', id, { name: 'Stolen' }),
        await remove('globex', id),
      ]
      return Promise.all(
        answers.map(async (answer) => {
          const { requestId, ...body } = (await answer.json()) as Record<string, unknown>
          expect(requestId).toBe(answer.headers.get('x-request-id'))
          return { status: answer.status, body }
        }),
      )
    }
    const foreign = await asked(mine.id)
    expect(foreign.map(({ status }) => status)).toEqual([404, 404, 404])
    expect(foreign).toEqual(await asked('019a9c1e-7f3b-7b2c-9d41-0c7f5a1e8b60'))
    expect(await (await product.request('acme-corp', `/api/users/${mine.id}`)).json()).toEqual(mine)
  })
})

describe('what changes of users', () => {
  test('is in the audit trail with who, before and after', async () => {
    const user = await added('globex', { email: 'audited@globex.com', name: 'Before' })
    await patch('globex', user.id, { name: 'After', role: 'analyst' })
    await remove('globex', user.id)
    const answer = await product.request('globex', '/api/v1/audit?pageSize=500')
    const { items } = (await answer.json()) as { items: { action: string; target: string; after?: unknown }[] }
    const told = items.filter(({ target }) => target === user.id)
    expect(told.map(({ action }) => action).sort()).toEqual(['user.added', 'user.changed', 'user.removed'])
    expect(told.find(({ action }) => action === 'user.changed')).toMatchObject({
      before: { name: 'Before', role: 'member' },
      after: { name: 'After', role: 'analyst' },
    })
  })
})
