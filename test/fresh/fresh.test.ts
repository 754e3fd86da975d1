/** A commit is live on the very next request: 1,000 commits by git, a request after each, while others are read. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder } from '../support/folder.ts'
import type { RunningServer } from '../support/server.ts'
import { type Committer, openCommitter } from './committer.ts'

const COMMITS = 1_000
const OTHERS = Array.from({ length: 10 }, (_, index) => `other-${index}`)

let folder: Folder
let server: RunningServer
let committer: Committer

beforeAll(async () => {
  folder = createFolder()
  for (const other of OTHERS) folder.commit(other, { 'config/own.json': JSON.stringify({ of: other }) })
  folder.commit('moving', { 'config/own.json': '{"n": -1}' })
  folder.repository.git(['checkout', '--quiet', 'customer/moving'])
  committer = openCommitter(folder.repository.path, 'customer/moving')
  server = await folder.serve()
})
afterAll(async () => {
  committer?.close()
  await server?.stop()
  folder.remove()
})

async function read(tenant: string, member: string): Promise<{ revision: string; value: unknown }> {
  const answer = await fetch(`${server.url}/api/v1/config/own/${member}`, { headers: { 'X-Tenant-ID': tenant } })
  return { revision: answer.headers.get('x-config-revision') ?? '', value: await answer.json() }
}

test('no answer is stale, and no answer to another tenant is wrong', async () => {
  const wrong: unknown[] = []
  let isOver = false
  // One after the other and without a pause: ten at once would leave git no processor on a small machine.
  const reading = (async () => {
    let rounds = 0
    for (; !isOver; rounds += 1) {
      for (const other of OTHERS) {
        const { value } = await read(other, 'of')
        if (value !== other) wrong.push({ other, value })
      }
    }
    return rounds
  })()
  try {
    for (let n = 0; n < COMMITS; n += 1) {
      const commit = await committer.commit(n)
      const answer = await read('moving', 'n')
      if (answer.value !== n || answer.revision !== commit) wrong.push({ n, commit, answer })
    }
  } finally {
    isOver = true
  }
  const rounds = await reading
  expect(wrong).toEqual([])
  expect(rounds).toBeGreaterThan(COMMITS / 10)
  expect(folder.repository.git(['rev-list', '--count', 'main..customer/moving'])).toBe(String(COMMITS + 1))
  expect(server.stderr()).toBe('')
}, 240_000)
