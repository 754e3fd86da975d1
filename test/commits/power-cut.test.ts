/**
 * A power cut after commits were answered: of what they put into the repository the disk has some, none, or files without
 * their bytes. The journal is on the disk; from it the next start makes the repository what it was said to be. The cut is
 * made by hand: a process is killed, what the disk did not have yet is taken away, and the machine has started anew.
 */
import { chmodSync, readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bundleCommitProcess, startCommitProcess } from '../faults/commit-client.ts'
import { createFolder, type Folder } from '../support/folder.ts'

beforeAll(bundleCommitProcess)

let folder: Folder
let start: Record<string, string>
beforeEach(() => {
  folder = createFolder()
  start = { acme: folder.commit('acme', {}), globex: folder.commit('globex', {}) }
})
afterEach(() => folder.remove())

const git = (...args: string[]): string => folder.repository.git(args)
const head = (tenant: string): string => git('rev-parse', `customer/${tenant}`)
const refPath = (tenant: string): string => join(folder.repository.gitDir, 'refs/heads/customer', tenant)
const packFolder = (): string => join(folder.repository.gitDir, 'objects/pack')

function inDatabase<T>(work: (database: Sqlite.Database) => T): T {
  const database = new Sqlite(join(folder.path, 'data/espalier.sqlite'))
  try {
    return work(database)
  } finally {
    database.close()
  }
}

/** Two commits of acme and one of globex, answered and killed before any of it was brought to the disk. */
async function commitAndKill(): Promise<Record<string, string>> {
  const client = await startCommitProcess(folder, { quietMs: 3_600_000 })
  const made: Record<string, string> = {}
  for (const [tenant, text] of [
    ['acme', 'first'],
    ['acme', 'second'],
    ['globex', 'only'],
  ] as const) {
    const answer = await client.commit(tenant, { 'docs/note.md': text })
    if (!answer || !('revision' in answer)) throw new Error(`${tenant} was not answered: ${JSON.stringify(answer)}`)
    made[tenant] = answer.revision
  }
  await client.kill()
  const left = inDatabase((database) => database.prepare('select count(*) as n from commit_group').get())
  expect(left).toEqual({ n: 3 })
  return made
}

/** Another process, which lives, has the number of the one that is gone. */
const machineStartsAnew = (): void => {
  inDatabase((database) =>
    database
      .prepare("update commit_group set boot = 'another', owner = ? || substr(owner, instr(owner, '~'))")
      .run(String(process.pid)),
  )
}

/** As after a `git update-ref` that nobody has noted: no reflog, no lock. */
const setBack = (tenant: string, text: string): void => writeFileSync(refPath(tenant), text)

const tearPacks = (length: number): void => {
  for (const name of readdirSync(packFolder())) {
    const path = join(packFolder(), name)
    chmodSync(path, 0o644)
    truncateSync(path, length)
  }
}

async function startAgain(): Promise<void> {
  const next = await startCommitProcess(folder)
  await next.stop()
}

/** Everything that was answered is in its branch and in the trail, once, and nothing is left to be done. */
function expectWhole(made: Record<string, string>): void {
  git('fsck', '--full', '--strict')
  for (const [tenant, revision] of Object.entries(made)) {
    expect(git('rev-list', `customer/${tenant}`).split('\n')).toContain(revision)
    expect(git('show', `${revision}:docs/note.md`)).not.toBe('')
  }
  inDatabase((database) => {
    const told = database.prepare("select target from audit where action = 'config.committed'").pluck().all()
    expect(told).toHaveLength(3)
    expect(told).toEqual(expect.arrayContaining(Object.values(made)))
    for (const table of ['commit_group', 'commit_move', 'commit_intent'])
      expect(database.prepare(`select count(*) from ${table}`).pluck().get(), table).toBe(0)
  })
}

describe('after the next start, what was answered is there', () => {
  test.each([
    ['packs are empty and branches are where they were', () => tearPacks(0), (tenant: string) => `${start[tenant]}\n`],
    ['packs are torn and branches hold nothing', () => tearPacks(40), () => ''],
    ['packs are whole and branches are torn', () => {}, () => 'abc'],
  ])('where %s', async (_what, tear, text) => {
    const made = await commitAndKill()
    tear()
    setBack('acme', text('acme'))
    setBack('globex', text('globex'))
    machineStartsAnew()
    await startAgain()
    expectWhole(made)
    expect(head('acme')).toBe(made.acme)
    expect(head('globex')).toBe(made.globex)
  })

  test('where the branch got as far as the first of two commits', async () => {
    const made = await commitAndKill()
    setBack('acme', `${git('rev-parse', 'customer/acme^')}\n`)
    machineStartsAnew()
    await startAgain()
    expectWhole(made)
    expect(head('acme')).toBe(made.acme)
  })

  test('where the file of the branch holds what it held before it was written over', async () => {
    const made = await commitAndKill()
    setBack('acme', `${git('rev-parse', `${start.acme}^`)}\n`)
    machineStartsAnew()
    await startAgain()
    expectWhole(made)
    expect(head('acme')).toBe(made.acme)
  })

  test('where the branch holds nothing, and what is packed of it is older than that', async () => {
    git('pack-refs', '--all')
    folder.commit('acme', { 'docs/later.md': 'later' })
    const made = await commitAndKill()
    setBack('acme', '')
    machineStartsAnew()
    await startAgain()
    expectWhole(made)
    expect(head('acme')).toBe(made.acme)
  })

  test('where only the process was killed', async () => {
    const made = await commitAndKill()
    await startAgain()
    expectWhole(made)
  })

  test('also when the start after it is killed, or comes twice', async () => {
    const made = await commitAndKill()
    tearPacks(0)
    setBack('acme', `${start.acme}\n`)
    machineStartsAnew()
    const rows = inDatabase((database) => ({
      groups: database.prepare('select * from commit_group').all(),
      moves: database.prepare('select * from commit_move').all(),
    }))
    await startAgain()
    // The rows had been deleted, and the power was cut before that was on the disk.
    inDatabase((database) => {
      for (const row of rows.groups as object[])
        database.prepare('insert into commit_group values (@id, @owner, @boot, @noted_at, @pack, @objects)').run(row)
      for (const row of rows.moves as object[])
        database
          .prepare('insert into commit_move values (@tenant, @to_revision, @from_revision, @commit_group)')
          .run(row)
    })
    await startAgain()
    expectWhole(made)
    expect(head('acme')).toBe(made.acme)
  })
})

describe('what somebody did with the branch stays', () => {
  test('where git has gone on from it', async () => {
    const made = await commitAndKill()
    const further = folder.commit('acme', { 'docs/more.md': 'by hand' })
    machineStartsAnew()
    await startAgain()
    expectWhole(made)
    expect(head('acme')).toBe(further)
  })

  test('where it was taken back and only a process was killed', async () => {
    const { acme, ...made } = await commitAndKill()
    git('update-ref', 'refs/heads/customer/acme', start.acme ?? '')
    await startAgain()
    expect(head('acme')).toBe(start.acme)
    expect(head('globex')).toBe(made.globex)
    expect(git('cat-file', '-t', acme ?? '')).toBe('commit')
  })
})
