/** Ten tenants on one server, each with canaries in everything that can be a tenant's own. */
import type { TenantRole } from '../../src/access/actor.ts'
import { TENANT_ROLES } from '../../src/access/actor.ts'
import { createFolder, type Folder } from '../support/folder.ts'
import { BASE_FILES, type Files } from '../support/repository.ts'
import type { RunningServer } from '../support/server.ts'
import { canaryOf, type Kind } from './canary.ts'

export const TENANTS = 10
export const ADMIN_TOKEN = 'the-operator-of-the-canary-server'

/** How many keys, users and executions of each tenant there are to guess. */
const KNOWN_IDS = 10

export type Tenant = {
  index: number
  of: Readonly<Record<Kind, string>>
  /** The key that this test asks with, by role. None of them is in `made`. */
  keys: Readonly<Record<TenantRole, string>>
  /** Ids of what was made in this tenant, for others to guess. */
  made: { keys: string[]; users: string[]; executions: string[] }
}

export type World = {
  folder: Folder
  server: RunningServer
  tenants: readonly Tenant[]
  operatorKey: string
  /** Of no tenant: ids of keys of operators. */
  operatorKeys: string[]
  /** Of no tenant: a rollout for each operation on one, in a status that allows it. */
  rollouts: Readonly<Record<string, string>>
  /** Of a tenant without canaries. */
  conflict: string
  /** Whose each key is whose text was shown; null = an operator's. */
  shown: Map<string, number | null>
}

export async function plantWorld(): Promise<World> {
  const folder = createFolder()
  const server = await folder.serve({ ESPALIER_ADMIN_TOKEN: ADMIN_TOKEN })
  const shown: World['shown'] = new Map()
  const ask = asker(server.url)

  const issue = async (path: string, tenant: number | null, body: object): Promise<{ id: string; key: string }> => {
    const made = await ask('POST', path, body)
    shown.set(String(made.key), tenant)
    return { id: String(made.id), key: String(made.key) }
  }

  async function plant(index: number): Promise<Tenant> {
    const of = canariesOf(index)
    const tenant = {
      tenant_id: of.id,
      name: of.name,
      labels: { site: of.label },
      metadata: { note: of.meta },
      owner_email: `${of.email}@example.com`,
      issue_key: true,
    }
    shown.set(String((await ask('POST', '/admin/tenants', tenant)).api_key), index)
    folder.repository.commit(`customer/${of.id}`, { files: filesOf(of), message: of.commit })
    const keyPath = `/admin/tenants/${of.id}/keys`
    const keys = {} as Record<TenantRole, string>
    for (const role of TENANT_ROLES) keys[role] = (await issue(keyPath, index, { name: of.keyname, role })).key

    await ask('PUT', `/admin/tenants/${of.id}/hold`, { reason: of.meta })
    const made: Tenant['made'] = { keys: [], users: [], executions: [] }
    for (let i = 0; i < KNOWN_IDS; i += 1) {
      made.keys.push((await issue(keyPath, index, { name: of.keyname, role: 'viewer' })).id)
      const user = { email: `${of.email}+${i}@example.com`, name: of.person }
      made.users.push(String((await ask('POST', '/api/users', user, of.id)).id))
      await ask('PUT', `/api/v1/secrets/${of.secretname}`, { value: of.secret }, of.id)
      const wanted = { tool: of.tool, input: { note: of.input }, sessionId: of.session }
      made.executions.push(String((await ask('POST', '/api/v1/execute', wanted, of.id)).executionId))
    }
    return { index, of, keys, made }
  }

  const tenants: Tenant[] = []
  for (let index = 0; index < TENANTS; index += 1) tenants.push(await plant(index))
  const operator = await issue('/admin/keys', null, { name: 'operator' })
  const operatorKeys: string[] = []
  for (let i = 0; i < KNOWN_IDS; i += 1) operatorKeys.push((await issue('/admin/keys', null, { name: 'spare' })).id)
  const rollouts: Record<string, string> = {}
  for (const [operation, acts] of Object.entries(ACTS_BEFORE)) rollouts[operation] = await plantRollout(ask, acts)
  const conflict = await plantConflict(folder, server.url, ask)
  return { folder, server, tenants, operatorKey: operator.key, operatorKeys, rollouts, conflict, shown }
}

/** What has to be done to a rollout before each operation. */
const ACTS_BEFORE: Readonly<Record<string, readonly string[]>> = {
  'get-rollout': [],
  'list-rollout-tenants': [],
  'follow-rollout': [],
  'approve-rollout': [],
  'pause-rollout': ['approve'],
  'resume-rollout': ['approve', 'pause'],
  'abort-rollout': ['approve'],
  'retry-rollout': ['approve', 'pause'],
  'rollback-rollout': ['approve', 'pause'],
}

/** For nobody, and not to begin while the test runs. */
async function plantRollout(ask: Asker, acts: readonly string[]): Promise<string> {
  const nobody = { select: { labels: { site: 'nowhere' } }, startAt: '2100-01-01T00:00:00Z' }
  const id = String((await ask('POST', '/admin/rollouts', nobody)).id)
  for (const act of acts) await ask('POST', `/admin/rollouts/${id}/${act}`, {})
  return id
}

async function plantConflict({ repository }: Folder, url: string, ask: Asker): Promise<string> {
  await ask('POST', '/admin/tenants', { tenant_id: 'plain' })
  repository.commit('customer/plain', { files: { 'config/features.json': '{"beta": 1}' } })
  repository.commit('main', { files: { 'config/features.json': '{"beta": 2}' } })
  await ask('POST', '/admin/rollouts', { select: { tenants: ['plain'] } })
  const { items } = (await (await fetch(`${url}/admin/conflicts`)).json()) as { items: { fingerprint: string }[] }
  return items[0]?.fingerprint ?? 'none'
}

const canariesOf = (tenant: number): Record<Kind, string> => {
  const kind = (name: Kind): string => canaryOf(tenant, name)
  return {
    id: kind('id'),
    name: kind('name'),
    label: kind('label'),
    meta: kind('meta'),
    email: kind('email'),
    person: kind('person'),
    tool: kind('tool'),
    flow: kind('flow'),
    config: kind('config'),
    commit: kind('commit'),
    file: kind('file'),
    input: kind('input'),
    session: kind('session'),
    request: kind('request'),
    idempotency: kind('idempotency'),
    keyname: kind('keyname'),
    secretname: kind('secretname'),
    secret: kind('secret'),
  }
}

/** The files of a tenant: its tool gives back its input, and tries to give away its secret. */
const filesOf = (of: Tenant['of']): Files => ({
  ...BASE_FILES,
  [`tools/${of.file}.yaml`]: `name: ${of.tool}
description: The tool ${of.tool}.
patterns: ['note {note}']
input: { type: object, properties: { note: { type: string } } }
secrets: { token: { secretRef: ${of.secretname} } }
compute:
  note: "has(input.note) ? input.note : ''"
  own: '"${of.config}"'
  token: "'Bearer ' + secrets.token"
`,
  [`workflows/${of.file}.yaml`]: `name: ${of.flow}\ndescription: The workflow ${of.flow}.\nstages: [${of.tool}]\n`,
  'config/private.yaml': `note: ${of.config}\n`,
})

type Asker = (method: string, path: string, body: object, tenant?: string) => Promise<Record<string, unknown>>

/** Requests of whoever sits at the machine, which must succeed. */
const asker =
  (url: string): Asker =>
  async (method, path, body, tenant) => {
    const headers = tenant === undefined ? {} : { 'X-Tenant-ID': tenant }
    const answer = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return JSON.parse(text) as Record<string, unknown>
  }
