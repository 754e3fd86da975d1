import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder } from '../support/folder.ts'

let folder: Folder

beforeAll(async () => {
  folder = createFolder()
  expect((await folder.espalier(['tenant', 'create', 'acme-corp'])).code).toBe(0)
})
afterAll(() => folder.remove())

test('users are added, listed, changed and removed without a server', async () => {
  const added = await folder.espalier([
    'user',
    'add',
    'acme-corp',
    'John@Acme.com',
    '--name',
    'John',
    '--role',
    'owner',
  ])
  expect(added.stdout).toMatch(/^Added john@acme\.com to acme-corp as owner \([0-9a-f-]{36}\)\.\n$/)
  await folder.espalier(['user', 'add', 'acme-corp', 'eve@acme.com'])
  const listed = await folder.espalier(['user', 'list', 'acme-corp', '--json'])
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { email: 'john@acme.com', name: 'John', membership: { role: 'owner' } },
    { email: 'eve@acme.com', name: 'eve@acme.com', membership: { role: 'member' } },
  ])
  const changed = await folder.espalier(['user', 'change', 'acme-corp', 'eve@acme.com', '--role', 'viewer', '--json'])
  expect(JSON.parse(changed.stdout)).toMatchObject({ email: 'eve@acme.com', membership: { role: 'viewer' } })
  expect((await folder.espalier(['user', 'change', 'acme-corp', 'eve@acme.com'])).stderr).toContain('--role')
  const removed = await folder.espalier(['user', 'remove', 'acme-corp', 'eve@acme.com', '--json'])
  expect([removed.code, JSON.parse(removed.stdout)]).toMatchObject([0, { email: 'eve@acme.com' }])
  const last = await folder.espalier(['user', 'remove', 'acme-corp', 'john@acme.com'])
  expect([last.code, last.stderr]).toEqual([1, expect.stringContaining('last owner')])
  const absent = await folder.espalier(['user', 'remove', 'acme-corp', 'eve@acme.com'])
  expect([absent.code, absent.stderr]).toEqual([1, expect.stringContaining('no such user')])
})
