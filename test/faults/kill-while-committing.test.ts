/**
 * `kill -9` while several clients commit, on branches of which one is checked out: after the next start everything that was
 * answered is in its branch and in the trail, once; the work tree is clean, no lock is left, and git finds nothing wrong.
 * Four kills of the same repository; with ESPALIER_SOAK=1 a hundred.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder } from '../support/folder.ts'
import { bundleCommitProcess, type CommitClient, startCommitProcess } from './commit-client.ts'

const isSoak = process.env.ESPALIER_SOAK === '1'
const ROUNDS = isSoak ? 100 : 4
const SEED = isSoak ? Date.now() % 2 ** 31 : 20_260_411
const TENANTS = ['acme', 'globex', 'initech']

let folder: Folder
beforeAll(async () => {
  folder = createFolder()
  for (const tenant of TENANTS) folder.commit(tenant, {})
  folder.repository.git(['checkout', '--quiet', 'customer/initech'])
  await bundleCommitProcess()
})
afterAll(() => folder.remove())

const moment = fc.record({ afterAnswers: fc.integer({ min: 3, max: 25 }), thenMs: fc.integer({ min: 0, max: 25 }) })

test('what was answered survives a kill at any moment, and nothing is half done', async () => {
  console.log(`seed ${SEED}`)
  const answered = new Map<string, string[]>(TENANTS.map((tenant) => [tenant, []]))
  for (const [round, { afterAnswers, thenMs }] of fc.sample(moment, { seed: SEED, numRuns: ROUNDS }).entries()) {
    const killed = await startCommitProcess(folder)
    let count = 0
    const enough = new Promise<void>((resolve) => {
      const write = (tenant: string, file: string) =>
        commitUntilGone(killed, { tenant, file, round }, (revision) => {
          answered.get(tenant)?.push(revision)
          count += 1
          if (count === afterAnswers) resolve()
        })
      for (const tenant of TENANTS) {
        void write(tenant, 'a')
        void write(tenant, 'b')
      }
    })
    await enough
    await delay(thenMs)
    await killed.kill()

    const next = await startCommitProcess(folder)
    for (const tenant of TENANTS)
      expect(await next.commit(tenant, { 'docs/after.md': `${round}` })).toHaveProperty('revision')
    await next.stop()
    expectNothingLost(answered)
    expect(leftovers()).toEqual([])
    expect(folder.repository.git(['status', '--porcelain'])).toBe('')
    folder.repository.git(['fsck', '--full', '--strict'])
  }
}, 3_600_000)

async function commitUntilGone(
  client: CommitClient,
  { tenant, file, round }: { tenant: string; file: string; round: number },
  onAnswer: (revision: string) => void,
): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    const answer = await client.commit(tenant, { [`config/${file}.json`]: JSON.stringify({ round, turn }) })
    if (!answer) return
    if (!('revision' in answer)) throw new Error(answer.code)
    onAnswer(answer.revision)
  }
}

/** Each answered commit is in its branch, and each commit of the service has one row of the trail. */
function expectNothingLost(answered: ReadonlyMap<string, readonly string[]>): void {
  const database = new Sqlite(join(folder.path, 'data/espalier.sqlite'), { readonly: true })
  const told = database
    .prepare<[], { target: string }>("select target from audit where action = 'config.committed'")
    .all()
    .map(({ target }) => target)
  database.close()
  const made: string[] = []
  for (const [tenant, revisions] of answered) {
    const branch = folder.repository.git([
      'log',
      '--format=%H',
      '--committer=service@espalier.invalid',
      `customer/${tenant}`,
    ])
    const commits = branch.split('\n')
    expect(commits).toEqual(expect.arrayContaining([...revisions]))
    made.push(...commits)
  }
  expect(told.toSorted()).toEqual(made.toSorted())
}

/** Locks, unfinished files and packs that are kept from `git gc`. */
const leftovers = (): string[] =>
  readdirSync(folder.repository.gitDir, { recursive: true })
    .map(String)
    .filter((path) => /\.lock$|tmp_|\.keep$|^espalier\/.*\//.test(path))
