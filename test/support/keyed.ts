/** Requests with credentials, on the whole product without a socket. */
import { expect } from 'vitest'
import type { Role, Scope } from '../../src/access/actor.ts'
import { textOf } from './events.ts'
import type { TestApp } from './test-app.ts'

/** What a client keeps of the answer that issues a key. */
export type Made = { id: string; key: string }

export type Asked = { method?: string; headers?: Record<string, string>; body?: unknown }

/** Sends a request as the holder of `key`, without naming a tenant unless `headers` do. */
export async function ask(
  app: TestApp,
  key: string | undefined,
  path: string,
  { method = 'GET', headers = {}, body }: Asked = {},
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const credential = key === undefined ? {} : { Authorization: `Bearer ${key}` }
  const answer = await app.request(undefined, path, {
    method,
    headers: { ...credential, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await textOf(answer)
  const isJson = /json/.test(answer.headers.get('content-type') ?? '')
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : {} }
}

export type Wanted = {
  tenant: string | null
  role?: Role
  scopes?: readonly Scope[]
  expires_at?: string
  rate_limit?: string
}

/** A key issued by `by`: by whoever sits at the machine where nothing is given, and by the admin token where keys are required. */
export async function issue(app: TestApp, { tenant, role = 'owner', ...rest }: Wanted, by?: string): Promise<Made> {
  const path = tenant === null ? '/admin/keys' : `/admin/tenants/${tenant}/keys`
  const body = { name: `${role} of ${tenant}`, ...rest, ...(tenant === null ? {} : { role }) }
  const answer = await ask(app, by, path, { method: 'POST', body })
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return { id: String(answer.body.id), key: String(answer.body.key) }
}
