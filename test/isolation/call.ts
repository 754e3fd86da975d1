/** A request to one operation of the API, by anybody, about one tenant's things; and what its answer may hold. */
import { expect } from 'vitest'
import type { TenantRole } from '../../src/access/actor.ts'
import { textOf } from '../support/events.ts'
import { type Canary, canariesIn, keysIn } from './canary.ts'
import { ADMIN_TOKEN, type Tenant, type World } from './world.ts'

/** As `/openapi.json` has it. */
export type Operation = {
  id: string
  method: string
  path: string
  access: 'open' | 'operator' | 'tenant'
  hasBody: boolean
  takesIdempotencyKey: boolean
}

export type Caller =
  | { kind: 'key'; tenant: number; role: TenantRole }
  | { kind: 'operator-key' }
  | { kind: 'admin-token' }
  /** No credential: at the machine itself a header is enough. */
  | { kind: 'trusted' }
  /** No credential, and passed on by a proxy: a header is not enough. */
  | { kind: 'forwarded' }
  /** A key of `tenant` with another last letter. */
  | { kind: 'forged'; tenant: number }

export type Call = {
  operation: Operation
  caller: Caller
  /** Whose ids are in the path and the query. */
  subject: number
  /** Who is named in X-Tenant-ID. */
  header: 'nobody' | 'subject' | 'caller'
  idempotency: 'none' | 'shared' | 'subject'
  /** Which of the ids that are known. */
  nth: number
}

/** What an answer showed, for those who want to know that it showed anything. */
export type Shown = { status: number; kinds: Set<string> }

/** Sends `call`, and fails where the answer holds what is not for who asked. */
export async function run(world: World, call: Call): Promise<Shown> {
  const { path, init } = requestOf(world, call)
  const answer = await fetch(`${world.server.url}${path}`, init)
  const body = await textOf(answer)
  const text = `${[...answer.headers].flat().join('\n')}\n${body}`
  const said = `${path}\n${JSON.stringify(init)}`
  const viewer = viewerOf(call)

  const canaries = canariesIn(text)
  const isTheirs = ({ tenant, kind, text: canary }: Canary): boolean =>
    said.includes(canary) || (viewer === 'metrics' ? kind === 'id' : tenant === viewer)
  const foreign = canaries.filter((canary) => !isTheirs(canary))
  const what = `${init.method} ${path} by ${JSON.stringify(call.caller)}: ${answer.status} ${body.slice(0, 2_000)}`
  expect(foreign, what).toEqual([])
  expect(
    canaries.filter(({ kind }) => kind === 'secret'),
    what,
  ).toEqual([])
  for (const key of keysIn(text)) expectOwnKey(world, { key, viewer, what })
  if (answer.ok) note(world, call, body)
  return { status: answer.status, kinds: new Set(canaries.map(({ kind }) => kind)) }
}

/** The one tenant whose things the caller may see in this answer. The metrics name all tenants to operators, by id. */
type Viewer = number | 'metrics' | null

function viewerOf({ caller, subject, operation }: Call): Viewer {
  if (caller.kind === 'key') return caller.tenant
  if (caller.kind === 'forged' || caller.kind === 'forwarded' || operation.access === 'open') return null
  if (operation.id === 'metrics') return 'metrics'
  return subject
}

/** The text of a key is shown to its tenant or to an operator, and never to another tenant. */
function expectOwnKey(world: World, { key, viewer, what }: { key: string; viewer: Viewer; what: string }): void {
  const owner = world.shown.get(key)
  if (typeof viewer !== 'number') expect.fail(what)
  expect([undefined, null, viewer], what).toContain(owner)
  if (owner === undefined) world.shown.set(key, viewer)
}

/** Keeps the ids of what was made, for later calls to ask for. */
function note(world: World, call: Call, body: string): void {
  const owner = viewerOf(call)
  const made = MAKES[call.operation.id]
  if (typeof owner !== 'number' || made === undefined) return
  const { id, executionId } = JSON.parse(body) as { id?: string; executionId?: string }
  const added = executionId ?? id
  if (added !== undefined) world.tenants[owner]?.made[made].push(added)
}

const MAKES: Readonly<Record<string, keyof Tenant['made']>> = {
  'create-key': 'keys',
  'create-tenant-key': 'keys',
  'add-user': 'users',
  execute: 'executions',
  'run-tool': 'executions',
  'run-workflow': 'executions',
}

type Init = { method: string; headers: Record<string, string>; body?: string }

function requestOf(world: World, call: Call): { path: string; init: Init } {
  const { operation, caller, nth } = call
  const subject = world.tenants[call.subject]!
  // What somebody sends of their own is theirs, also where they ask for another one's things.
  const own = caller.kind === 'key' || caller.kind === 'forged' ? world.tenants[caller.tenant]! : subject
  // What is written under the name of another tenant's secret would be the writer's own, and carry that name ever after.
  const named = ['put-secret', 'put-file'].includes(operation.id) ? own : subject
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (place, name: string) => {
    const value = pathValue(world, { operation, subject: named, name, nth }) ?? expect.fail(`${operation.id} ${place}`)
    return value.split('/').map(encodeURIComponent).join('/')
  })
  const query = QUERIES[operation.id]?.(subject)
  const body = operation.hasBody ? BODIES[operation.id] : undefined
  if (operation.hasBody && !body) expect.fail(`There is no body for ${operation.id} in this file.`)
  const headers: Record<string, string> = {
    'X-Request-ID': own.of.request,
    ...HEADERS[operation.id],
    ...CREDENTIALS[caller.kind](world, caller),
    ...(call.header === 'nobody' ? {} : { 'X-Tenant-ID': (call.header === 'subject' ? subject : own).of.id }),
  }
  if (call.idempotency !== 'none') {
    // With the same remainder `nth` makes the same body.
    const shared = `${operation.id}-${nth % 6}`
    headers['Idempotency-Key'] = call.idempotency === 'shared' ? shared : subject.of.idempotency
  }
  const init = { method: operation.method, headers, ...(body ? { body: JSON.stringify(body(own.of, nth)) } : {}) }
  return { path: query ? `${path}?${new URLSearchParams(query)}` : path, init }
}

/** What a change of a file says of the version that it is of. */
const HEADERS: Readonly<Record<string, Record<string, string>>> = {
  'put-file': { 'If-None-Match': '*' },
  'patch-file': { 'If-Match': '*', 'Content-Type': 'application/merge-patch+json' },
  'delete-file': { 'If-Match': '*' },
}

/** Every tenant has these. */
const FILES: Readonly<Record<string, string>> = {
  'get-file': 'config/private.yaml',
  'patch-file': 'config/private.yaml',
  'delete-file': 'config/features.json',
}

const CREDENTIALS: { [K in Caller['kind']]: (world: World, caller: Caller) => Record<string, string> } = {
  key: (world, caller) => bearer(keyOf(world, caller)),
  'operator-key': (world) => ({ 'X-API-Key': world.operatorKey }),
  'admin-token': () => bearer(ADMIN_TOKEN),
  trusted: () => ({}),
  forwarded: () => ({ 'X-Forwarded-For': '203.0.113.7' }),
  forged: (world, caller) => bearer(keyOf(world, caller).replace(/.$/, (last) => (last === '0' ? '1' : '0'))),
}

const bearer = (text: string) => ({ Authorization: `Bearer ${text}` })

const keyOf = (world: World, caller: Caller): string => {
  const tenant = 'tenant' in caller ? world.tenants[caller.tenant] : undefined
  return tenant?.keys['role' in caller ? caller.role : 'owner'] ?? expect.fail(caller.kind)
}

type Place = { operation: Operation; subject: Tenant; name: string; nth: number }

function pathValue(world: World, { operation, subject, name, nth }: Place): string | undefined {
  const { of, made } = subject
  const pick = (ids: readonly string[]): string | undefined => ids[nth % ids.length]
  if (name === 'id' && operation.path.startsWith('/admin/rollouts/')) return world.rollouts[operation.id]
  if (name === 'id') return ID_PLACES.find(([start]) => operation.path.startsWith(start))?.[1](subject, pick)
  if (name === 'fingerprint') return world.conflict
  if (name === 'name') return NAME_PLACES.find(([start]) => operation.path.startsWith(start))?.[1](of)
  if (name === 'key') return pick(operation.path.startsWith('/admin/keys') ? world.operatorKeys : made.keys)
  if (name === 'email') return `${of.email}@example.com`
  if (name === 'pointer') return nth % 2 === 0 ? 'private' : of.config
  if (name === 'file') return 'tool.json'
  if (name === 'path') return operation.id === 'put-file' ? `notes/${of.file}-${nth}.json` : FILES[operation.id]
  if (name === 'code') return 'tenant-not-found'
  return undefined
}

const ID_PLACES: readonly [
  string,
  (tenant: Tenant, pick: (ids: readonly string[]) => string | undefined) => string | undefined,
][] = [
  ['/admin/tenants/', ({ of }) => of.id],
  ['/api/users/', ({ made }, pick) => pick(made.users)],
  ['/api/v1/executions/', ({ made }, pick) => pick(made.executions)],
]

const NAME_PLACES: readonly [string, (of: Tenant['of']) => string][] = [
  ['/api/v1/tools/', (of) => of.tool],
  ['/api/v1/workflows/', (of) => of.flow],
  ['/api/v1/secrets/', (of) => of.secretname],
]

/** Operators see every tenant where they name none. */
const QUERIES: Readonly<Record<string, (subject: Tenant) => Record<string, string>>> = {
  'list-audit': ({ of }) => ({ tenant: of.id, pageSize: '200' }),
  'list-tenant-audit': () => ({ pageSize: '200' }),
  'list-tenants': ({ of }) => ({ label: `site:${of.label}` }),
}

type Body = (of: Tenant['of'], nth: number) => object

let fresh = 0
const freshId = (): string => {
  fresh += 1
  return `fresh-${fresh}`
}

// Some bodies are the same for all tenants: with the same Idempotency-Key that is the same request but for who asks.
const newKey: Body = (of, nth) => ({ name: nth % 2 === 0 ? of.keyname : 'same', role: 'viewer' })
const EXECUTES: readonly ((of: Tenant['of']) => object)[] = [
  (of) => ({ text: `note ${of.input}`, sessionId: of.session }),
  (of) => ({ tool: of.tool, input: { note: of.input } }),
  () => ({ tool: 'double', input: { n: 1 }, sessionId: 'same' }),
]
const rotation: Body = (_of, nth) => (nth % 2 === 0 ? { grace_seconds: 600 } : { at_once: true })
const runInput: Body = (of) => ({ input: { note: of.input }, sessionId: of.session })
const profile: Body = (of) => ({ name: of.name, labels: { site: of.label }, metadata: { note: of.meta } })

/** One for each operation that takes a body. */
const BODIES: Readonly<Record<string, Body>> = {
  execute: (of, nth) => EXECUTES[nth % EXECUTES.length]!(of),
  'run-tool': runInput,
  'run-workflow': runInput,
  'put-secret': (of) => ({ value: of.secret }),
  'create-key': newKey,
  'create-tenant-key': newKey,
  'create-operator-key': () => ({ name: 'spare' }),
  'rotate-key': rotation,
  'rotate-tenant-key': rotation,
  'rotate-operator-key': rotation,
  'add-user': (of, nth) => ({ email: `${of.email}-${nth}@example.com`, name: of.person }),
  'change-user': (of) => ({ name: of.person }),
  'create-tenant': () => ({ tenant_id: freshId() }),
  'create-tenants': (of) => ({ tenants: [{ tenant_id: freshId() }, { tenant_id: of.id }] }),
  'put-file': (of) => ({ note: of.config }),
  'patch-file': (of, nth) => ({ note: of.config, nth }),
  'create-commit': (of, nth) => ({
    message: of.commit,
    changes: [{ path: 'config/private.yaml', ifMatch: '*', patch: { note: of.config, nth: nth % 6 } }],
  }),
  'validate-changes': (of) => ({ changes: [{ path: 'config/private.yaml', patch: { note: of.config } }] }),
  'create-rollback': (of) => ({ to: 'head~1', message: of.commit }),
  'replace-tenant': profile,
  'change-tenant': (of) => ({ metadata: { note: of.meta } }),
  'place-hold': (of) => ({ reason: of.meta }),
  'start-rollout': (of) => ({ select: { tenants: [of.id] }, dryRun: true }),
  'approve-rollout': () => ({}),
  'pause-rollout': () => ({ reason: 'lunch' }),
  'resume-rollout': () => ({}),
  'abort-rollout': () => ({}),
  'retry-rollout': () => ({}),
  'rollback-rollout': () => ({}),
  'resolve-conflict': () => ({ use: 'tenant' }),
}
