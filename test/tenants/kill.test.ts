/**
 * `kill -9` while tenants are created: after the next start each is wholly there (row, branch, owner, key) or not at all,
 * every acknowledged one is there, and the audit trail is whole. Five kills; with ESPALIER_SOAK=1 fifty.
 */
import { setTimeout as delay } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder } from '../support/folder.ts'

const KILLS = process.env.ESPALIER_SOAK === '1' ? 50 : 5
const WRITERS = 4

let folder: Folder
beforeAll(() => {
  folder = createFolder()
})
afterAll(() => folder.remove())

/** A generator of numbers in [0, 1) (mulberry32), so that a run can be repeated. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

type Writers = { acknowledged: string[]; done: Promise<unknown> }

/** Creates tenants in several requests at a time until the server is gone. `onAcknowledged` gets each answer's number. */
function createUntilGone(url: string, prefix: string, onAcknowledged: (count: number) => void): Writers {
  const acknowledged: string[] = []
  let answers = 0
  async function write(writer: number): Promise<void> {
    for (let i = 0; ; i += 1) {
      const ids = ['a', 'b', 'c'].map((suffix) => `${prefix}-${writer}-${i}-${suffix}`)
      const tenants = ids.map((tenant_id) => ({ tenant_id, owner_email: 'jo@acme.com', issue_key: true, plan: 'pro' }))
      try {
        const body = JSON.stringify({ tenants })
        const answer = await fetch(`${url}/admin/tenants/bulk`, { method: 'POST', body })
        if (((await answer.json()) as { created: number }).created === ids.length) acknowledged.push(...ids)
      } catch {
        return
      }
      answers += 1
      onAcknowledged(answers)
    }
  }
  return { acknowledged, done: Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer))) }
}

const idsOf = (database: Sqlite.Database, statement: string): string[] =>
  database
    .prepare<[], { id: string }>(statement)
    .all()
    .map(({ id }) => id)

test('a kill at any moment leaves no tenant half-created', async () => {
  const seed = process.env.ESPALIER_SOAK === '1' ? Date.now() % 2 ** 31 : 20_260_321
  console.log(`seed ${seed}`)
  const random = seeded(seed)
  const acknowledged: string[] = []
  for (let kill = 0; kill < KILLS; kill += 1) {
    const server = await folder.serve()
    // Some answers are awaited so that something was acknowledged, and then any moment is as good as another.
    const awaited = 1 + Math.floor(random() * 5)
    let reached = (): void => {}
    const isTime = new Promise<void>((resolve) => {
      reached = resolve
    })
    const writers = createUntilGone(server.url, `k${kill}`, (count) => {
      if (count === awaited) reached()
    })
    await isTime
    await delay(random() * 50)
    await server.stop('SIGKILL')
    await writers.done
    acknowledged.push(...writers.acknowledged)

    // Whatever opens the product next makes whole what was cut short.
    const audit = await folder.espalier(['audit', 'verify'])
    expect(audit, audit.stderr + audit.stdout).toMatchObject({ code: 0 })
    const database = new Sqlite(`${folder.path}/data/espalier.sqlite`, { readonly: true })
    const rows = idsOf(database, 'select id from tenant order by id')
    expect(idsOf(database, 'select id from tenant where branch_due is not null')).toEqual([])
    const branches = folder.repository.git(['for-each-ref', '--format=%(refname:lstrip=3)', 'refs/heads/customer/'])
    expect(branches.split('\n').filter(Boolean).sort()).toEqual(rows.toSorted())
    expect(idsOf(database, "select tenant as id from membership where role = 'owner' order by tenant")).toEqual(rows)
    expect(idsOf(database, 'select tenant as id from api_key order by tenant')).toEqual(rows)
    database.close()
    expect(rows).toEqual(expect.arrayContaining(acknowledged))
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(KILLS)
}, 3_600_000)
