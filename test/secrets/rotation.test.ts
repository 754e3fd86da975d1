import { randomBytes } from 'node:crypto'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Origin } from '../../src/access/actor.ts'
import { type App, createApp } from '../../src/app.ts'
import { readConfig } from '../../src/boot/config.ts'
import { parseTenantId } from '../../src/kernel/ids.ts'
import { StartRefused } from '../../src/kernel/start-refused.ts'
import { masterKeyFromText } from '../../src/secrets/key-ring.ts'
import { createFolder, type Folder } from '../support/folder.ts'

const ORIGIN: Origin = { actor: { kind: 'local' }, requestId: 'r', address: null }
const TENANTS = ['a', 'b', 'c'].map((text) => parseTenantId(text)!)

let folder: Folder
let masterFile: string

const started = (env: NodeJS.ProcessEnv = {}): Promise<App> =>
  createApp(readConfig({ ...folder.env, ...env }, folder.path))
const newKey = (): string => randomBytes(32).toString('base64')
const linesOfFile = (): string[] => readFileSync(masterFile, 'utf8').trimEnd().split('\n')
const database = () => new Sqlite(join(folder.path, 'data/espalier.sqlite'))
const masterIds = (): string[] => {
  const db = database()
  const ids = db.prepare('select distinct master_id from data_key').pluck().all() as string[]
  db.close()
  return ids
}

async function writeAll(app: App): Promise<void> {
  for (const tenant of TENANTS) {
    for (const name of ['one', 'two']) {
      await app.secrets.vault.put(tenant, { name, value: `${tenant} ${name}` }, ORIGIN)
    }
  }
}

async function expectAllReadable(app: App): Promise<void> {
  for (const tenant of TENANTS) {
    for (const name of ['one', 'two']) app.secrets.resolver.forget(tenant, name)
    const values = await app.secrets.resolver.forTenant(tenant).resolve(['one', 'two'])
    expect([...values]).toEqual([
      ['one', `${tenant} one`],
      ['two', `${tenant} two`],
    ])
  }
}

beforeEach(() => {
  folder = createFolder()
  masterFile = join(folder.path, 'data/keys/master')
})

afterEach(() => folder.remove())

describe('the master key in a file', () => {
  test('is made at the first start, for its owner alone', async () => {
    const app = await started()
    await app.close()
    expect(statSync(masterFile).mode & 0o777).toBe(0o600)
    expect(linesOfFile()).toEqual([expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/)])
  })

  test('that others can read, or that is damaged, is refused with the way out', async () => {
    await (await started()).close()
    chmodSync(masterFile, 0o644)
    await expect(started()).rejects.toThrow('chmod 600')
    chmodSync(masterFile, 0o600)
    writeFileSync(masterFile, 'nonsense\n')
    await expect(started()).rejects.toThrow(StartRefused)
  })

  test('is turned over: every data key is under the new one, and the old one is gone', async () => {
    const app = await started()
    await writeAll(app)
    const [before] = linesOfFile()
    const rotated = await app.secrets.rotateMaster(ORIGIN)
    expect(rotated?.dataKeys).toBe(3)
    expect(masterIds()).toEqual([rotated?.masterId])
    expect(linesOfFile()).toHaveLength(1)
    expect(linesOfFile()).not.toContain(before)
    await expectAllReadable(app)
    const { items } = await app.audit.store.list(
      { kind: 'all' },
      { filter: { action: 'master-key.rotated' }, pageSize: 5, pageToken: undefined },
    )
    expect(items).toHaveLength(1)
    await app.close()
  })

  test('is turned over by another process while a server runs', async () => {
    const server = await started()
    await writeAll(server)
    const command = await started()
    await command.secrets.rotateMaster(ORIGIN)
    await command.close()
    await expectAllReadable(server)
    await server.secrets.vault.put(TENANTS[0]!, { name: 'one', value: 'a one' }, ORIGIN)
    const late = parseTenantId('late')!
    await server.secrets.vault.put(late, { name: 'x', value: 'y' }, ORIGIN)
    expect(masterIds()).toEqual([masterKeyFromText(linesOfFile()[0]!)!.id])
    await expectAllReadable(server)
    await server.close()
  })

  test('survives a kill after the new key was written: nothing is lost, and the next call goes on with it', async () => {
    const app = await started()
    await writeAll(app)
    await app.close()
    const fresh = newKey()
    writeFileSync(masterFile, `${fresh}\n${readFileSync(masterFile, 'utf8')}`)
    const again = await started()
    await expectAllReadable(again)
    const rotated = await again.secrets.rotateMaster(ORIGIN)
    expect(rotated?.masterId).toBe(masterKeyFromText(fresh)!.id)
    expect(linesOfFile()).toEqual([fresh])
    await expectAllReadable(again)
    await again.close()
  })

  test('survives a kill after the data keys were wrapped: the old key stays in the file until the next call', async () => {
    const app = await started()
    await writeAll(app)
    const [old] = linesOfFile()
    await app.secrets.rotateMaster(ORIGIN)
    writeFileSync(masterFile, `${linesOfFile()[0]}\n${old}\n`)
    await app.close()
    const again = await started()
    await expectAllReadable(again)
    await again.secrets.rotateMaster(ORIGIN)
    expect(linesOfFile()).toHaveLength(1)
    expect(linesOfFile()).not.toContain(old)
    await expectAllReadable(again)
    await again.close()
  })

  test('is not turned over at all where one data key cannot be opened', async () => {
    const app = await started()
    await writeAll(app)
    const before = masterIds()
    const db = database()
    db.exec(`update data_key set wrapped = (select wrapped from data_key where tenant = 'a') where tenant = 'b'`)
    db.close()
    await expect(app.secrets.rotateMaster(ORIGIN)).rejects.toMatchObject({ code: 'secret-unreadable' })
    expect(masterIds()).toEqual(before)
    await app.close()
  })
})

describe('the master key in the environment', () => {
  test('leaves no file, and is turned over from the previous one', async () => {
    const [first, second] = [newKey(), newKey()]
    const app = await started({ ESPALIER_MASTER_KEY: first })
    await writeAll(app)
    expect(await app.secrets.rotateMaster(ORIGIN)).toBeUndefined()
    await app.close()
    expect(() => statSync(masterFile)).toThrow('ENOENT')

    const both = await started({ ESPALIER_MASTER_KEY: second, ESPALIER_MASTER_KEY_PREVIOUS: first })
    await expectAllReadable(both)
    expect((await both.secrets.rotateMaster(ORIGIN))?.dataKeys).toBe(3)
    await both.close()

    const last = await started({ ESPALIER_MASTER_KEY: second })
    await expectAllReadable(last)
    await last.close()
  })

  test('that is another one opens nothing, and writes nothing that the right one could not open', async () => {
    const right = newKey()
    const app = await started({ ESPALIER_MASTER_KEY: right })
    await writeAll(app)
    await app.close()
    const other = await started({ ESPALIER_MASTER_KEY: newKey() })
    await expect(other.secrets.resolver.forTenant(TENANTS[0]!).resolve(['one'])).rejects.toMatchObject({
      code: 'secret-unreadable',
    })
    const late = parseTenantId('late')!
    await expect(other.secrets.vault.put(late, { name: 'x', value: 'y' }, ORIGIN)).rejects.toMatchObject({
      code: 'secret-unreadable',
    })
    await other.close()
  })

  test('that is no key is refused without being repeated', async () => {
    const text = 'c2hvcnQga2V5IG9mIG1pbmU='
    const read = () => readConfig({ ESPALIER_MASTER_KEY: text }, '/')
    expect(read).toThrow('openssl rand -base64 32')
    expect(read).not.toThrow(text)
  })
})

describe("a tenant's data key", () => {
  test('is turned over: its secrets are under the new one, and those of others are as they were', async () => {
    const app = await started()
    await writeAll(app)
    const rows = (tenant: string): unknown[] => {
      const db = database()
      const found = db.prepare('select name, version, key_version, sealed from secret where tenant = ?').all(tenant)
      db.close()
      return found
    }
    const [before, others] = [rows('a'), rows('b')]
    expect(await app.secrets.vault.rotateDataKey(TENANTS[0]!, ORIGIN)).toBe(2)
    expect(rows('a')).toMatchObject([
      { name: 'one', version: 1, key_version: 2 },
      { name: 'two', version: 1, key_version: 2 },
    ])
    expect(rows('a')).not.toEqual(before)
    expect(rows('b')).toEqual(others)
    await expectAllReadable(app)
    await app.close()
  })

  test('stays where one of its secrets cannot be opened', async () => {
    const app = await started()
    await writeAll(app)
    const db = database()
    db.exec(`update secret set version = 9 where tenant = 'a' and name = 'two'`)
    await expect(app.secrets.vault.rotateDataKey(TENANTS[0]!, ORIGIN)).rejects.toMatchObject({
      code: 'secret-unreadable',
      detail: expect.stringContaining('two'),
    })
    expect(db.prepare(`select version from data_key where tenant = 'a'`).pluck().get()).toBe(1)
    db.close()
    await app.close()
  })

  test('of a tenant without secrets needs no turning over', async () => {
    const app = await started()
    expect(await app.secrets.vault.rotateDataKey(TENANTS[0]!, ORIGIN)).toBe(0)
    await app.close()
  })
})
