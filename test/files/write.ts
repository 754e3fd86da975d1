/** Writes over HTTP as a caller makes them, and what Git says of them afterwards. */
import type { TestApp } from '../support/test-app.ts'

export type Written = {
  status: string
  revision: string | null
  parent?: string
  changed: string[]
  files?: { path: string; oid: string | null; content?: string }[]
  code?: string
  detail?: string
  errors?: { file?: string; line?: number; column?: number; pointer: string; detail: string; code?: string }[]
  [member: string]: unknown
}

export type Answered = { status: number; headers: Headers; body: Written }

type Sent = { headers?: Record<string, string>; body?: string; query?: string }

async function send(app: TestApp, tenant: string, method: string, path: string, sent: Sent = {}): Promise<Answered> {
  const { query, ...init } = sent
  const answer = await app.request(tenant, query ? `${path}?${query}` : path, { method, ...init })
  return {
    status: answer.status,
    headers: answer.headers,
    body: JSON.parse((await answer.text()) || 'null') as Written,
  }
}

const at = (path: string): string => `/api/v1/files/${path}`

export const put = (app: TestApp, tenant: string, path: string, body: string, sent: Sent = {}): Promise<Answered> =>
  send(app, tenant, 'PUT', at(path), { ...sent, body })

export const remove = (app: TestApp, tenant: string, path: string, sent: Sent = {}): Promise<Answered> =>
  send(app, tenant, 'DELETE', at(path), sent)

/** A merge patch, or with a list a JSON Patch. */
export const patch = (app: TestApp, tenant: string, path: string, body: unknown, sent: Sent = {}): Promise<Answered> =>
  send(app, tenant, 'PATCH', at(path), {
    ...sent,
    headers: {
      'Content-Type': Array.isArray(body) ? 'application/json-patch+json' : 'application/merge-patch+json',
      'If-Match': '*',
      ...sent.headers,
    },
    body: JSON.stringify(body),
  })

export const commitFiles = (app: TestApp, tenant: string, body: object, sent: Sent = {}): Promise<Answered> =>
  send(app, tenant, 'POST', '/api/v1/commits', { ...sent, body: JSON.stringify(body) })

export const rollBack = (app: TestApp, tenant: string, body: object, sent: Sent = {}): Promise<Answered> =>
  send(app, tenant, 'POST', '/api/v1/rollback', { ...sent, body: JSON.stringify(body) })

export const NEW = { 'If-None-Match': '*' }
export const ANY = { 'If-Match': '*' }

/** What the branch holds. */
export const headOf = (app: TestApp, tenant: string): string =>
  app.repository.git(['rev-parse', `refs/heads/customer/${tenant}`])

export const show = (app: TestApp, tenant: string, path: string): string =>
  app.repository.git(['show', `customer/${tenant}:${path}`])
