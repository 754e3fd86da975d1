/**
 * Every route of /openapi.json, asked by every role, by keys with fewer scopes, by nobody and by another tenant's key.
 * What each may do stands in a table of this file's own, so that a change of the product's table is a change here too.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor, Role, Scope } from '../../src/access/actor.ts'
import { mayGrant } from '../../src/access/rights.ts'
import { ask, issue, type Made } from '../support/keyed.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const ALL = ['owner', 'admin', 'member', 'analyst', 'viewer']
const STAFF = ['owner', 'admin']

/** Besides the operator, who may do everything. */
const ROLES_BY_RIGHT: Readonly<Record<string, readonly string[]>> = {
  'config:read': ALL,
  'config:write': ['owner', 'admin', 'member'],
  'history:read': ALL,
  'executions:read': ALL,
  'usage:read': ALL,
  'users:read': ALL,
  'tools:run': ['owner', 'admin', 'member', 'analyst'],
  'users:write': STAFF,
  'keys:read': STAFF,
  'keys:write': STAFF,
  'secrets:read': STAFF,
  'secrets:write': STAFF,
  'audit:read': STAFF,
  'tenants:read': [],
  'tenants:write': [],
  'rollouts:read': [],
  'rollouts:write': [],
}

const SCOPE_BY_RIGHT: Readonly<Record<string, Scope>> = {
  'tools:run': 'run',
  'config:write': 'write',
  ...Object.fromEntries(
    ['config', 'history', 'executions', 'usage', 'users', 'tenants', 'rollouts'].map(
      (thing) => [`${thing}:read`, 'read'] as const,
    ),
  ),
  ...Object.fromEntries(
    [
      'users:write',
      'keys:read',
      'keys:write',
      'secrets:read',
      'secrets:write',
      'audit:read',
      'tenants:write',
      'rollouts:write',
    ].map((right) => [right, 'admin'] as const),
  ),
}

const ADMIN_TOKEN = 'token-of-the-operator-32-characters'
const ROLES: readonly Role[] = ['operator', 'owner', 'admin', 'member', 'analyst', 'viewer']
const SCOPES: readonly Scope[] = ['read', 'run', 'write', 'admin']

type Operation = { method: string; path: string; right: string | undefined }

let app: TestApp
let operations: Operation[]
const keys = new Map<string, Made>()
let stranger: Made

beforeAll(async () => {
  app = await createTestApp({ env: { ESPALIER_REQUIRE_KEYS: '1', ESPALIER_ADMIN_TOKEN: ADMIN_TOKEN } })
  app.commit('a', {})
  app.commit('b', {})
  operations = await describedOperations()
  for (const role of ROLES) {
    const tenant = role === 'operator' ? null : 'a'
    keys.set(role, await issue(app, { tenant, role }, ADMIN_TOKEN))
    for (const scope of SCOPES) {
      keys.set(`${role} ${scope}`, await issue(app, { tenant, role, scopes: [scope] }, ADMIN_TOKEN))
    }
  }
  stranger = await issue(app, { tenant: 'b' }, ADMIN_TOKEN)
})
afterAll(() => app.close())

async function describedOperations(): Promise<Operation[]> {
  const { body } = await ask(app, undefined, '/openapi.json')
  const paths = body.paths as Record<string, Record<string, { 'x-right'?: string }>>
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      // Names that nothing has, so that what is allowed finds nothing to change.
      path: path.replace(/\{\w+\}/g, 'nothing-has-this-name'),
      right: operation['x-right'],
    })),
  )
}

function send({ method, path }: Operation, key: string | undefined, tenant?: string) {
  const headers = tenant === undefined ? {} : { 'X-Tenant-ID': tenant }
  return ask(app, key, path, { method, headers, ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }) })
}

/** Whether it got past the guards: whatever came of it then is another matter. */
const isAdmitted = ({ status }: { status: number }): boolean => status !== 401 && status !== 403

test('every route that is not open to everybody names a right of the table, and every right has a route or a role', () => {
  expect(operations.length).toBeGreaterThan(20)
  const rights = new Set(operations.flatMap(({ right }) => right ?? []))
  for (const right of rights) expect(Object.keys(ROLES_BY_RIGHT)).toContain(right)
  for (const { path, right } of operations) {
    if (/^\/(api|admin)\//.test(path)) expect(right, path).toBeDefined()
    if (path.startsWith('/admin/')) expect(ROLES_BY_RIGHT[right ?? ''], path).toEqual([])
  }
})

describe('every route', () => {
  test('as every role: what the table allows and nothing else', async () => {
    for (const operation of operations) {
      for (const role of ROLES) {
        const { right } = operation
        const answer = await send(operation, keys.get(role)?.key, role === 'operator' ? 'a' : undefined)
        const isAllowed = right === undefined || role === 'operator' || ROLES_BY_RIGHT[right]?.includes(role) === true
        const where = `${role} at ${operation.method} ${operation.path}: ${answer.status}`
        expect(isAdmitted(answer), where).toBe(isAllowed)
        expect(answer.status, where).toBeLessThan(500)
        if (!isAllowed) expect(answer, where).toMatchObject({ status: 403, body: { code: 'access-denied', right } })
      }
    }
  })

  test('as keys of one scope: what the role and the scope allow, together', async () => {
    for (const operation of operations) {
      for (const role of ['operator', 'owner', 'viewer'] as const) {
        for (const scope of SCOPES) {
          const { right } = operation
          const key = keys.get(`${role} ${scope}`)?.key
          const answer = await send(operation, key, role === 'operator' ? 'a' : undefined)
          const hasRole = role === 'operator' || ROLES_BY_RIGHT[right ?? '']?.includes(role) === true
          const isAllowed = right === undefined || (hasRole && SCOPE_BY_RIGHT[right] === scope)
          const where = `${role} with ${scope} at ${operation.method} ${operation.path}: ${answer.status}`
          expect(isAdmitted(answer), where).toBe(isAllowed)
        }
      }
    }
  })

  test('as nobody: 401 that says what to send, and the open ones answer', async () => {
    for (const operation of operations) {
      const answer = await send(operation, undefined, 'a')
      const where = `${operation.method} ${operation.path}`
      if (operation.right === undefined) expect(isAdmitted(answer), where).toBe(true)
      else {
        expect(answer, where).toMatchObject({ status: 401, body: { code: 'credentials-required' } })
        expect(answer.headers.get('www-authenticate')).toBe('Bearer')
      }
    }
  })

  test("as another tenant's owner who names this one: 403", async () => {
    for (const operation of operations.filter(({ right }) => right !== undefined)) {
      const answer = await send(operation, stranger.key, 'a')
      const isOperators = ROLES_BY_RIGHT[operation.right ?? '']?.length === 0
      const code = isOperators ? 'access-denied' : 'tenant-mismatch'
      expect(answer, `${operation.method} ${operation.path}`).toMatchObject({ status: 403, body: { code } })
    }
  })

  test('as the admin token: nothing is refused', async () => {
    for (const operation of operations) {
      expect(isAdmitted(await send(operation, ADMIN_TOKEN, 'a')), `${operation.method} ${operation.path}`).toBe(true)
    }
  })
})

describe('giving rights away', () => {
  const actor = (role: Role, scopes: readonly Scope[]): Actor => ({
    kind: 'key',
    keyId: 'k',
    tenant: null,
    role,
    scopes,
    userId: null,
    rateLimit: null,
  })

  test('a key gives a role up to its own, and scopes among its own', () => {
    for (const [own, ownRank] of ROLES.map((role, rank) => [role, rank] as const)) {
      for (const [given, givenRank] of ROLES.map((role, rank) => [role, rank] as const)) {
        expect(mayGrant(actor(own, SCOPES), { role: given, scopes: ['read'] })).toBe(givenRank >= ownRank)
      }
    }
    expect(mayGrant(actor('owner', ['admin', 'read']), { role: 'viewer', scopes: ['read'] })).toBe(true)
    expect(mayGrant(actor('owner', ['admin', 'read']), { role: 'viewer', scopes: ['run'] })).toBe(false)
  })

  test('nobody gives nothing, and whoever runs the server everything', () => {
    const grant = { role: 'operator', scopes: SCOPES } as const
    expect(mayGrant({ kind: 'nobody' }, { role: 'viewer', scopes: [] })).toBe(false)
    expect(mayGrant({ kind: 'local' }, grant)).toBe(true)
    expect(mayGrant({ kind: 'admin-token' }, grant)).toBe(true)
  })
})
