/** Clients that write whatever the API takes until the server is gone, and remember what was acknowledged. */

/** Everything that got a 2xx, and so has to be there after a kill. */
export type Acknowledged = {
  /** With the text of the first key. */
  tenants: Map<string, string>
  users: { tenant: string; id: string }[]
  /** Texts of keys that were made beside the first ones. */
  keys: { tenant: string; text: string }[]
  secrets: { tenant: string; name: string; version: number }[]
  /** Read back before the kill: records are written in groups, and reading one writes its group. */
  executions: { tenant: string; id: string }[]
}

export const nothingYet = (): Acknowledged => ({ tenants: new Map(), users: [], keys: [], secrets: [], executions: [] })

export type Json = Record<string, unknown>

/** @throws where the server is gone, or answers with a problem */
export async function send(url: string, method: string, path: string, key?: string, body?: object): Promise<Json> {
  const headers: Record<string, string> = key === undefined ? {} : { Authorization: `Bearer ${key}` }
  const answer = await fetch(`${url}${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  const json = (await answer.json()) as Json
  if (!answer.ok) throw new Refused(`${method} ${path}: ${answer.status} ${JSON.stringify(json)}`)
  return json
}

/** An answer that says no, as a server that lives should not give here. */
class Refused extends Error {}

type Writing = { url: string; prefix: string; acknowledged: Acknowledged; onAcknowledged: () => void }

/** Several clients at once, until none of them gets an answer any more. @throws Refused */
export async function writeUntilGone(writing: Writing): Promise<void> {
  await Promise.all([
    fillTenants(writing, 'a'),
    fillTenants(writing, 'b'),
    fillTenants(writing, 'c'),
    addInBulk(writing),
  ])
}

/** One tenant after the other, each with a user, a key, secrets and an execution. */
async function fillTenants({ url, prefix, acknowledged, onAcknowledged }: Writing, writer: string): Promise<void> {
  await untilGone(async (turn) => {
    const tenant = `${prefix}-${writer}-${turn}`
    const created = await send(url, 'POST', '/admin/tenants', undefined, newTenant(tenant))
    const own = String(created.api_key)
    acknowledged.tenants.set(tenant, own)
    onAcknowledged()
    const user = await send(url, 'POST', '/api/users', own, { email: `sam@${tenant}.example`, name: 'Sam' })
    acknowledged.users.push({ tenant, id: String(user.id) })
    const key = await send(url, 'POST', '/api/v1/keys', own, { name: 'second', role: 'member' })
    acknowledged.keys.push({ tenant, text: String(key.key) })
    onAcknowledged()
    for (const value of ['first', 'second']) {
      const { version } = await send(url, 'PUT', '/api/v1/secrets/crm', own, { value })
      acknowledged.secrets.push({ tenant, name: 'crm', version: Number(version) })
    }
    onAcknowledged()
    const ran = await send(url, 'POST', '/api/v1/execute', own, { tool: 'double', input: { n: turn } })
    const id = String(ran.executionId)
    await send(url, 'GET', `/api/v1/executions/${id}`, own)
    acknowledged.executions.push({ tenant, id })
    onAcknowledged()
  })
}

const BULK_SIZE = 20

async function addInBulk({ url, prefix, acknowledged, onAcknowledged }: Writing): Promise<void> {
  await untilGone(async (turn) => {
    const tenants = Array.from({ length: BULK_SIZE }, (_, i) => newTenant(`${prefix}-bulk-${turn}-${i}`))
    const { items } = await send(url, 'POST', '/admin/tenants:bulk', undefined, { tenants })
    for (const { tenant_id, api_key } of items as { tenant_id: string; api_key: string }[]) {
      acknowledged.tenants.set(tenant_id, api_key)
    }
    onAcknowledged()
  })
}

const newTenant = (id: string) => ({ tenant_id: id, owner_email: `jo@${id}.example`, issue_key: true })

async function untilGone(work: (turn: number) => Promise<void>): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    try {
      await work(turn)
    } catch (error) {
      if (error instanceof Refused) throw error
      return
    }
  }
}
