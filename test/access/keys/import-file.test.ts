/** Files of foreign keys: what they say, and where they are wrong, without a word of the keys. */
import { describe, expect, test } from 'vitest'
import { readKeyFile } from '../../../src/access/keys/import-file.ts'
import { AppError } from '../../../src/kernel/errors.ts'

const FILE = `api_keys:
  - key: "pk_acme_abc123"
    tenant: acme_corp
    role: analyst
    rate_limit: "100/minute"
  - key: "pk_globex_xyz789"
    tenant: globex_inc
  - key: "admin-key-xxxxx"
    role: admin
  - key: "pk_wayne_555555"
    tenant: wayne_ent
    role: admin
`

const read = (text: string) => readKeyFile('keys.yaml', Buffer.from(text))

test('tenants, roles and limits; an admin without a tenant is an operator', () => {
  expect(
    read(FILE).keys.map(({ text, grant }) => [text, grant.tenant, grant.role, grant.scopes, grant.rateLimit]),
  ).toEqual([
    ['pk_acme_abc123', 'acme_corp', 'analyst', ['read', 'run'], '100/minute'],
    ['pk_globex_xyz789', 'globex_inc', 'analyst', ['read', 'run'], null],
    ['admin-key-xxxxx', null, 'operator', ['read', 'run', 'write', 'admin'], null],
    ['pk_wayne_555555', 'wayne_ent', 'admin', ['read', 'run', 'write', 'admin'], null],
  ])
})

test('members that say nothing of keys are told of, not taken for read', () => {
  expect(read(`${FILE}rls:\n  tenant_column: tenant_id\n`).ignored).toEqual(['rls'])
})

describe('refused with its place, and without the key', () => {
  test.each([
    ['a tenant that is a path', FILE.replace('acme_corp', '../main'), 3, 'is no tenant id'],
    ['no tenant and no admin', FILE.replace('    tenant: globex_inc\n', ''), 6, 'Name the tenant of this key'],
    ['a role that is none', FILE.replace('role: analyst', 'role: operator'), 4, 'Expected one of'],
    ['the same key twice', FILE.replace('pk_globex_xyz789', 'pk_acme_abc123'), 6, 'in the file twice'],
    ['a key of our own', FILE.replace('pk_acme_abc123', 'esp_live_x'), 2, 'does not begin with "esp_"'],
    ['a key of two words', FILE.replace('pk_acme_abc123', 'pk acme abc123'), 2, 'visible ASCII'],
    ['a key that is too short', FILE.replace('pk_acme_abc123', 'pk_acme'), 2, '8 to 256'],
    ['a limit that is none', FILE.replace('100/minute', '100/fortnight'), 5, 'fortnight'],
    ['a member that nobody knows', FILE.replace('role: analyst', 'rolle: analyst'), 4, 'rolle'],
    ['no list', 'api_key: []\n', 1, 'api_keys'],
    ['an alias', FILE.replace('"pk_globex_xyz789"', '*other'), 6, ''],
  ])('%s', (_name, text, line, detail) => {
    let refusal: unknown
    try {
      read(text)
    } catch (error) {
      refusal = error
    }
    if (!(refusal instanceof AppError)) throw new Error('It was not refused.')
    expect(refusal.errors?.[0]).toMatchObject({ file: 'keys.yaml', line })
    expect(refusal.errors?.[0]?.detail).toContain(detail)
    for (const key of ['pk_acme_abc123', 'pk_globex_xyz789', 'admin-key-xxxxx']) {
      expect(JSON.stringify([refusal.errors, refusal.message, refusal.detail])).not.toContain(key)
    }
  })
})
