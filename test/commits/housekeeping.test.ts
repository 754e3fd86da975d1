/** Packs that commits leave, joined while others read and write. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Oid } from '../../src/kernel/ids.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { commitFiles, revisionOf } from './harness.ts'

const TENANT = 'acme'

let app: TestApp
beforeEach(async () => {
  app = await createTestApp({ overrides: { quietMs: 0 } })
  app.commit(TENANT, {})
  app.repository.git(['config', 'gc.auto', '6700'])
})
afterEach(() => app.close())

const files = (ending: string): number =>
  readdirSync(join(app.repository.gitDir, 'objects', 'pack')).filter((name) => name.endsWith(ending)).length
const packs = (): number => files('.pack')

/** Until it is in a pack of its own that lasts: what waits for the disk is kept from git. */
async function commit(value: number): Promise<Oid> {
  const revision = await revisionOf(commitFiles(app, TENANT, { 'config/own.json': `{"value": ${value}}` }))
  await expect.poll(() => files('.keep'), { interval: 1 }).toBe(0)
  return revision
}
const value = async (query = ''): Promise<unknown> =>
  (await app.request(TENANT, `/api/v1/config/own/value${query}`)).json()

/** More packs than are borne; gives the commits, oldest first. */
async function manyPacks(): Promise<string[]> {
  const revisions: string[] = []
  for (let n = 0; n < 55; n += 1) revisions.push(await commit(n))
  expect(packs()).toBeGreaterThan(50)
  return revisions
}

test('many small packs become few, and every commit is there, also those that are made meanwhile', async () => {
  const revisions = await manyPacks()
  const joined = app.app.housekeeping.look()
  for (let n = 55; n < 60; n += 1) {
    revisions.push(await commit(n))
    expect(await value()).toBe(n)
  }
  await joined
  expect(packs()).toBeLessThan(20)
  for (const n of [0, 25, 50, 59]) expect(await value(`?revision=${revisions[n]}`)).toBe(n)
  expect(app.repository.git(['rev-list', '--count', `customer/${TENANT}`, '--not', 'main'])).toBe('61')
  app.repository.git(['fsck', '--full', '--strict', '--no-dangling'])
})

test('few are left as they are', async () => {
  await commit(1)
  const before = packs()
  await app.app.housekeeping.look()
  expect(packs()).toBe(before)
})

test('gc.auto 0 leaves it to the person who set it', async () => {
  app.repository.git(['config', 'gc.auto', '0'])
  await manyPacks()
  const before = packs()
  await app.app.housekeeping.look()
  expect(packs()).toBe(before)
})
