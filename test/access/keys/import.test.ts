/** `espalier keys`: keys by the command line, and keys of another service that go on to work. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFolder, type Folder } from '../../support/folder.ts'
import type { RunningServer } from '../../support/server.ts'

const FILE = `api_keys:
  # Tenant A
  - key: "pk_acme_abc123"
    tenant: acme_corp
    role: analyst
    rate_limit: "100/minute"

  # Tenant B
  - key: "pk_globex_xyz789"
    tenant: globex_inc
    role: analyst

  # Admin (sees all data)
  - key: "admin-key-xxxxx"
    role: admin
`
const SECRETS = ['pk_acme_abc123', 'pk_globex_xyz789', 'admin-key-xxxxx']

let folder: Folder
let server: RunningServer

beforeAll(async () => {
  folder = createFolder()
  folder.commit('acme_corp', { 'config/features.json': '{"canary": "acme"}' })
  folder.commit('globex_inc', { 'config/features.json': '{"canary": "globex"}' })
  server = await folder.serve({ ESPALIER_REQUIRE_KEYS: '1' })
})
afterAll(async () => {
  await server.stop()
  folder.remove()
})

function write(name: string, text: string): string {
  const path = join(folder.path, name)
  writeFileSync(path, text)
  return path
}

const espalier = (...args: string[]) => folder.espalier(args)

const get = async (headers: Record<string, string>, path = '/api/v1/config/features/canary') => {
  const answer = await fetch(`${server.url}${path}`, { headers })
  return { status: answer.status, text: await answer.text() }
}

type Item = { id: string; tenant_id: string | null; role: string; rate_limit: string | null; outcome: string }
const itemsOf = (stdout: string): Item[] => (JSON.parse(stdout) as { items: Item[] }).items

describe('import', () => {
  test('a dry run says what would be, and writes nothing', async () => {
    const { code, stdout, stderr } = await espalier('keys', 'import', write('keys.yaml', FILE), '--dry-run', '--json')
    expect(code, stderr).toBe(0)
    expect(itemsOf(stdout).map(({ outcome }) => outcome)).toEqual(['imported', 'imported', 'imported'])
    expect((await get({ 'X-API-Key': 'pk_acme_abc123' })).status).toBe(401)
    expect(itemsOf((await espalier('keys', 'list', '--tenant', 'acme_corp', '--json')).stdout)).toEqual([])
  })

  test('the keys go on to work as they are, each for its own tenant, the admin for all', async () => {
    const { code, stdout, stderr } = await espalier('keys', 'import', write('keys.yaml', FILE), '--json')
    expect(code, stderr).toBe(0)
    expect(itemsOf(stdout)).toMatchObject([
      { tenant_id: 'acme_corp', role: 'analyst', rate_limit: '100/minute', outcome: 'imported' },
      { tenant_id: 'globex_inc', role: 'analyst', rate_limit: null, outcome: 'imported' },
      { tenant_id: null, role: 'operator', outcome: 'imported' },
    ])
    expect(await get({ 'X-API-Key': 'pk_acme_abc123' })).toEqual({ status: 200, text: '"acme"' })
    expect(await get({ Authorization: 'Bearer pk_globex_xyz789' })).toEqual({ status: 200, text: '"globex"' })
    expect((await get({ 'X-API-Key': 'pk_acme_abc123', 'X-Tenant-ID': 'globex_inc' })).status).toBe(403)
    expect((await get({ 'X-API-Key': 'admin-key-xxxxx', 'X-Tenant-ID': 'globex_inc' })).text).toBe('"globex"')
    expect((await get({ 'X-API-Key': 'admin-key-xxxxx' }, '/admin/tenants')).status).toBe(200)
    expect((await get({ 'X-API-Key': 'pk_acme_abc124' })).status).toBe(401)
  })

  test('a second time it changes nothing', async () => {
    const { code, stdout } = await espalier('keys', 'import', write('keys.yaml', FILE), '--json')
    expect(code).toBe(0)
    expect(itemsOf(stdout).map(({ outcome }) => outcome)).toEqual(['known', 'known', 'known'])
    const listed = itemsOf((await espalier('keys', 'list', '--tenant', 'acme_corp', '--json')).stdout)
    expect(listed).toHaveLength(1)
  })

  test('a known key with another tenant is refused, and one that was revoked stays so', async () => {
    const moved = FILE.replace('tenant: acme_corp', 'tenant: globex_inc')
    const refused = await espalier('keys', 'import', write('moved.yaml', moved))
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('moved.yaml:3:')
    expect(refused.stderr).toContain('was imported before with another tenant')

    const [key] = itemsOf((await espalier('keys', 'list', '--tenant', 'globex_inc', '--json')).stdout)
    expect((await espalier('keys', 'revoke', key?.id ?? '')).code).toBe(0)
    const again = await espalier('keys', 'import', write('keys.yaml', FILE), '--json')
    expect(itemsOf(again.stdout).map(({ outcome }) => outcome)).toEqual(['known', 'revoked', 'known'])
  })

  test('unknown tenants are named, each with its place, and nothing is imported', async () => {
    const text = FILE.replace('tenant: acme_corp', 'tenant: nobody').replace('tenant: globex_inc', 'tenant: globex-inc')
    const { code, stdout, stderr } = await espalier('keys', 'import', write('unknown.yaml', text))
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/unknown\.yaml:4:\d+: There is no tenant "nobody"/)
    expect(stderr).toMatch(/unknown\.yaml:10:\d+: There is no tenant "globex-inc", but there is "globex_inc"/)
    for (const secret of SECRETS) expect(stderr).not.toContain(secret)
  })

  test('a file with a mistake is refused by its place', async () => {
    const text = FILE.replace('role: admin', 'role: operator')
    const { code, stderr } = await espalier('keys', 'import', write('wrong.yaml', text))
    expect(code).toBe(1)
    expect(stderr).toMatch(/wrong\.yaml:15:\d+: Expected one of/)
  })
})

describe('a key by the command line', () => {
  test('is printed alone, works in the running server, is rotated and revoked', async () => {
    const made = await espalier('keys', 'create', '--tenant', 'acme_corp', '--role', 'viewer', '--name', 'probe')
    expect(made.code, made.stderr).toBe(0)
    const key = made.stdout.trim()
    expect(key).toMatch(/^esp_live_\w+$/)
    expect(made.stderr).not.toContain(key)
    expect((await get({ 'X-API-Key': key })).text).toBe('"acme"')

    const id = key.split('_')[2] ?? ''
    const rotated = await espalier('keys', 'rotate', id, '--grace', '3600', '--json')
    const next = JSON.parse(rotated.stdout) as { key: string; id: string }
    expect((await get({ 'X-API-Key': next.key })).status).toBe(200)
    expect((await espalier('keys', 'rotate', id, '--at-once')).code).toBe(1)
    const listed = await espalier('keys', 'list', '--tenant', 'acme_corp')
    expect(listed.stdout).toContain('rotated')
    expect(listed.stdout).not.toContain(next.key)
    expect((await espalier('keys', 'revoke', next.id)).code).toBe(0)
    expect((await espalier('keys', 'revoke', 'AAAAAAAAAAAA')).code).toBe(1)
  })

  test("without a tenant it is an operator's", async () => {
    const { stdout } = await espalier('keys', 'create', '--json')
    const made = JSON.parse(stdout) as { key: string; role: string; tenant_id: null }
    expect(made).toMatchObject({ role: 'operator', tenant_id: null })
    expect((await get({ 'X-API-Key': made.key }, '/admin/tenants')).status).toBe(200)
    expect((await espalier('keys', 'create', '--role', 'owner')).code).toBe(2)
    expect((await espalier('keys', 'create', '--tenant', 'acme_corp', '--role', 'operator')).code).toBe(2)
  })
})

test('no text of a key is in any file of the data directory, nor in what the server logged', async () => {
  const made = await espalier('keys', 'create', '--tenant', 'acme_corp', '--role', 'owner')
  const key = made.stdout.trim()
  const headers = { 'X-API-Key': key }
  const inside = await fetch(`${server.url}/api/v1/keys`, {
    method: 'POST',
    headers: { ...headers, 'Idempotency-Key': '"once"' },
    body: '{"name": "n", "role": "viewer"}',
  })
  const created = await fetch(`${server.url}/admin/tenants`, {
    method: 'POST',
    headers: { 'X-API-Key': 'admin-key-xxxxx', 'Idempotency-Key': '"twice"' },
    body: '{"tenant_id": "with-a-key", "issue_key": true}',
  })
  const shown = [...`${await inside.text()}${await created.text()}`.matchAll(/esp_live_\w+/g)].map(([text]) => text)
  expect(shown.length).toBeGreaterThan(0)
  await get({ 'X-API-Key': `${key}x` })
  await get({ ...headers, 'X-Tenant-ID': 'globex_inc' })
  expect(await server.stop()).toBe(0)

  const searched: string[] = []
  for (const entry of readdirSync(join(folder.path, 'data'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    searched.push(entry.name)
    const text = readFileSync(path, 'latin1')
    for (const each of [key, ...shown, ...SECRETS]) {
      expect(text.includes(each), `${path} holds a key`).toBe(false)
      expect(text.includes(each.split('_')[3] ?? each), `${path} holds a secret`).toBe(false)
    }
  }
  expect(searched).toEqual(expect.arrayContaining(['espalier.sqlite', 'pepper']))
  for (const each of [key, ...SECRETS]) expect(server.stderr()).not.toContain(each)
})

test("the pepper is its owner's alone, and a damaged one stops the start", async () => {
  const path = join(folder.path, 'data/keys/pepper')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const other = createFolder()
  mkdirSync(join(other.path, 'data/keys'), { recursive: true })
  writeFileSync(join(other.path, 'data/keys/pepper'), 'c2hvcnQ\n')
  const { code, stderr } = await other.espalier(['keys', 'list'])
  expect(code).toBe(3)
  expect(stderr).toContain('is not the pepper')
  other.remove()
})
