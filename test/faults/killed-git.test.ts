/**
 * A machine that dies takes the git along which was just making a branch: the lock of that branch stays, and git refuses
 * the branch for ever. The next start makes the tenant whole all the same, but takes no lock away that may be in use.
 */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFolder, type Folder } from '../support/folder.ts'
import type { RunningServer } from '../support/server.ts'

let folder: Folder
let server: RunningServer | undefined
beforeEach(() => {
  folder = createFolder()
})
afterEach(async () => {
  await server?.stop()
  folder.remove()
})

/** As it is when row, owner and key are written, and git was killed with the lock of the branch in hand. */
async function dieWhileTheBranchIsMade(lockAgeMs: number): Promise<{ key: string; lock: string }> {
  server = await folder.serve()
  const body = JSON.stringify({ tenant_id: 'acme', issue_key: true })
  const created = await fetch(`${server.url}/admin/tenants`, { method: 'POST', body })
  const { api_key: key } = (await created.json()) as { api_key: string }
  await server.stop()
  folder.repository.git(['update-ref', '-d', 'refs/heads/customer/acme'])
  const database = new Sqlite(join(folder.path, 'data/espalier.sqlite'))
  database.prepare('update tenant set branch_due = ?').run(folder.repository.git(['rev-parse', 'main']))
  database.close()
  const lock = join(folder.repository.gitDir, 'refs/heads/customer/acme.lock')
  mkdirSync(dirname(lock), { recursive: true })
  writeFileSync(lock, '')
  const then = new Date(Date.now() - lockAgeMs)
  utimesSync(lock, then, then)
  return { key, lock }
}

const statusOf = async (key: string): Promise<number> =>
  (await fetch(`${server?.url}/api/v1/config`, { headers: { Authorization: `Bearer ${key}` } })).status

test('an old lock is no obstacle', async () => {
  const { key } = await dieWhileTheBranchIsMade(120_000)
  server = await folder.serve()
  expect(await statusOf(key)).toBe(200)
  expect(folder.repository.git(['branch', '--list', 'customer/acme'])).not.toBe('')
})

test('a lock that may be in use stays: the tenant is not there, the log says why, and a later start makes it whole', async () => {
  const { key, lock } = await dieWhileTheBranchIsMade(0)
  server = await folder.serve()
  expect(await statusOf(key)).toBe(404)
  expect(server.stderr()).toContain('acme.lock')
  await server.stop()
  const then = new Date(Date.now() - 120_000)
  utimesSync(lock, then, then)
  server = await folder.serve()
  expect(await statusOf(key)).toBe(200)
})
