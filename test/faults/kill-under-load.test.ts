/**
 * `kill -9` while several clients write: after the next start every tenant is wholly there (row, branch, owner, key) or
 * not at all, everything that was acknowledged is there and works, the audit trail is whole, and no lock blocks the next
 * write. Five kills of the same folder; with ESPALIER_SOAK=1 fifty.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder } from '../support/folder.ts'
import type { RunningServer } from '../support/server.ts'
import { type Acknowledged, nothingYet, send, writeUntilGone } from './writers.ts'

const isSoak = process.env.ESPALIER_SOAK === '1'
const ROUNDS = isSoak ? 50 : 5
const SEED = isSoak ? Date.now() % 2 ** 31 : 20_260_322

let folder: Folder
beforeAll(() => {
  folder = createFolder()
})
afterAll(() => folder.remove())

/** Some answers are awaited so that there is something to lose; then any moment is as good as another. */
const moment = fc.record({ afterAnswers: fc.integer({ min: 15, max: 90 }), thenMs: fc.integer({ min: 0, max: 30 }) })

test('what was acknowledged survives a kill at any moment, and nothing is half there', async () => {
  console.log(`seed ${SEED}`)
  const acknowledged = nothingYet()
  for (const [round, { afterAnswers, thenMs }] of fc.sample(moment, { seed: SEED, numRuns: ROUNDS }).entries()) {
    const killed = await folder.serve()
    let answers = 0
    let reached = (): void => {}
    const isTime = new Promise<void>((resolve) => {
      reached = resolve
    })
    const written = nothingYet()
    const writing = writeUntilGone({
      url: killed.url,
      prefix: `k${round}`,
      acknowledged: written,
      onAcknowledged: () => {
        answers += 1
        if (answers === afterAnswers) reached()
      },
    })
    await Promise.race([isTime, writing])
    await delay(thenMs)
    await killed.stop('SIGKILL')
    await writing

    const server = await folder.serve()
    await expectWhole(server, written)
    keep(acknowledged, written)
    expectNothingHalf(acknowledged)
    await expectNoLock()
    await send(server.url, 'POST', '/admin/tenants', undefined, {
      tenant_id: `after-${round}`,
      owner_email: 'jo@acme.com',
    })
    expect(await server.stop()).toBe(0)
    const audit = await folder.espalier(['audit', 'verify'])
    expect(audit, audit.stderr + audit.stdout).toMatchObject({ code: 0 })
  }
  // A run in which nothing of a kind was acknowledged would have shown nothing about it.
  for (const [what, all] of Object.entries(acknowledged)) {
    expect(all instanceof Map ? all.size : all.length, what).toBeGreaterThanOrEqual(ROUNDS)
  }
}, 3_600_000)

/** Everything that was acknowledged is answered, with the keys that were shown. */
async function expectWhole({ url }: RunningServer, { tenants, users, keys, secrets, executions }: Acknowledged) {
  const keyOf = (tenant: string): string => tenants.get(tenant) ?? expect.fail(`${tenant} was never acknowledged`)
  for (const [tenant, key] of tenants) {
    expect(await send(url, 'GET', '/api/v1/keys?pageSize=1', key)).toMatchObject({ items: [{ tenant_id: tenant }] })
  }
  for (const { text } of keys) expect(await send(url, 'GET', '/api/v1/config', text)).toMatchObject({ valid: true })
  for (const { tenant, id } of users) {
    expect(await send(url, 'GET', `/api/users/${id}`, keyOf(tenant))).toMatchObject({ id, tenant_id: tenant })
  }
  for (const { tenant, id } of executions) {
    expect(await send(url, 'GET', `/api/v1/executions/${id}`, keyOf(tenant))).toMatchObject({ id })
  }
  for (const { tenant, name, version } of secrets) {
    const { items } = await send(url, 'GET', '/api/v1/secrets', keyOf(tenant))
    const found = (items as { name: string; version: number }[]).find((secret) => secret.name === name)
    expect(found?.version, tenant).toBeGreaterThanOrEqual(version)
  }
}

function keep(all: Acknowledged, more: Acknowledged): void {
  for (const [tenant, key] of more.tenants) all.tenants.set(tenant, key)
  all.users.push(...more.users)
  all.keys.push(...more.keys)
  all.secrets.push(...more.secrets)
  all.executions.push(...more.executions)
}

/** Rows, branches, owners and keys are of the same tenants; those of `after-…` were made with no key. */
function expectNothingHalf({ tenants }: Acknowledged): void {
  const database = new Sqlite(join(folder.path, 'data/espalier.sqlite'), { readonly: true })
  const idsOf = (statement: string): string[] =>
    database
      .prepare<[], { id: string }>(statement)
      .all()
      .map(({ id }) => id)
  const rows = idsOf('select id from tenant order by id')
  expect(idsOf('select id from tenant where branch_due is not null')).toEqual([])
  const branches = folder.repository.git(['for-each-ref', '--format=%(refname:lstrip=3)', 'refs/heads/customer/'])
  expect(branches.split('\n').toSorted()).toEqual(rows)
  expect(idsOf("select distinct tenant as id from membership where role = 'owner' order by tenant")).toEqual(rows)
  const withKeys = rows.filter((id) => !id.startsWith('after-'))
  expect(idsOf('select distinct tenant as id from api_key order by tenant')).toEqual(withKeys)
  expect(rows).toEqual(expect.arrayContaining([...tenants.keys()]))
  for (const table of ['membership', 'api_key', 'secret', 'execution']) {
    expect(idsOf(`select tenant as id from ${table} where tenant not in (select id from tenant)`), table).toEqual([])
  }
  database.close()
}

/** A git that the killed server had started may still be at work for a moment: it ends by itself, and takes its lock along. */
const expectNoLock = (): Promise<void> =>
  expect
    .poll(
      () => readdirSync(folder.repository.gitDir, { recursive: true }).filter((path) => String(path).endsWith('.lock')),
      {
        timeout: 20_000,
      },
    )
    .toEqual([])
