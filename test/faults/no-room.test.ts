/** No room for what is to be written: a clear answer, nothing half done, and whoever asks for less is served. */
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder } from '../support/folder.ts'
import { bundleCommitProcess, startCommitProcess } from './commit-client.ts'

/** Enough for the database, and for any small commit. */
const LIMIT_KB = 4_096

let folder: Folder
beforeAll(async () => {
  folder = createFolder()
  folder.commit('acme', {})
  folder.commit('globex', {})
  await bundleCommitProcess()
})
afterAll(() => folder.remove())

test('a commit that finds no room is refused alone, and leaves nothing', async () => {
  const { git, gitDir } = folder.repository
  const before = git(['rev-parse', 'customer/acme'])
  const client = await startCommitProcess(folder, { limitKb: LIMIT_KB })
  const large = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`docs/${i}.bin`, randomBytes(1024 * 1024)]))
  const [tooMuch, small] = await Promise.all([
    client.commit('acme', large),
    client.commit('globex', { 'config/small.json': '{}' }),
  ])
  expect(tooMuch).toMatchObject({ code: 'storage-full' })
  expect(small).toHaveProperty('revision')
  expect(git(['rev-parse', 'customer/acme'])).toBe(before)
  expect(await client.commit('acme', { 'config/small.json': '{}' })).toHaveProperty('revision')
  await client.stop()
  expect(readdirSync(join(gitDir, 'objects/pack')).filter((name) => /^tmp_|\.keep$/.test(name))).toEqual([])
  git(['fsck', '--full', '--strict'])
})
