/** What one process changes, another one knows. */
import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

let app: TestApp

beforeEach(async () => {
  app = await createTestApp()
})
afterEach(() => app.close())

const status = async (tenant: string): Promise<number> => (await app.request(tenant, '/api/v1/config')).status

test('a tenant that the command line creates answers on the next request, with its settings', async () => {
  expect(await app.folder.espalier(['tenant', 'create', 'acme', '--plan', 'pro'])).toMatchObject({ code: 0 })
  expect(await status('acme')).toBe(200)
  expect(app.app.tenants.registry.settingsOf('acme' as never)).toMatchObject({ plan: 'pro', users: 25 })
})

test('what the command line suspends and deletes is refused as soon as the change is seen, without being asked for it', async () => {
  await app.request(undefined, '/admin/tenants', post({ tenant_id: 'acme' }))
  for (const [command, expected] of [
    ['suspend', 403],
    ['delete', 404],
    ['restore', 403],
    ['resume', 200],
  ] as const) {
    const ran = await app.folder.espalier(['tenant', command, 'acme'])
    expect(ran, ran.stderr).toMatchObject({ code: 0 })
    await expect.poll(() => status('acme'), { timeout: 20_000 }).toBe(expected)
  }
})

test('the command line makes a list of tenants from a file, says what was refused, and exits with 1 for it', async () => {
  const list = '- tenant_id: one\n  labels: { region: eu }\n- tenant_id: two\n- tenant_id: NO\n'
  writeFileSync(`${app.folder.path}/list.yaml`, list)
  const made = await app.folder.espalier(['tenant', 'create', '--file', 'list.yaml'])
  expect(made.code).toBe(1)
  expect(made.stdout).toContain('Created 2 of 3 tenants.')
  expect(made.stdout).toContain('NO: ')
  const update = ['tenant', 'update', 'one', '--label', 'tier:gold', '--plan', 'free']
  expect(await app.folder.espalier(update)).toMatchObject({ code: 0 })
  const listed = await app.folder.espalier(['tenant', 'list', '--label', 'region:eu', 'tier:gold', '--json'])
  expect(JSON.parse(listed.stdout)).toMatchObject({ items: [{ tenant_id: 'one', plan: 'free' }] })
})
