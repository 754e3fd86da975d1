import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/boot/config.ts'
import { parseTenantId } from '../../src/kernel/ids.ts'
import { createFolder, type Folder } from '../support/folder.ts'

const VALUE = 'never-on-standard-output'

let folder: Folder
let database: Sqlite.Database

beforeAll(async () => {
  folder = createFolder()
  const app = await createApp(readConfig(folder.env, folder.path))
  for (const name of ['one', 'two', 'three']) {
    const origin = { actor: { kind: 'local' }, requestId: 'r', address: null } as const
    await app.secrets.vault.put(parseTenantId('a')!, { name, value: VALUE }, origin)
  }
  await app.close()
  database = new Sqlite(join(folder.path, 'data/espalier.sqlite'))
})

afterAll(() => {
  database.close()
  folder.remove()
})

describe('espalier audit', () => {
  test('list prints rows, newest first', async () => {
    const { code, stdout } = await folder.espalier(['audit', 'list', '--tenant', 'a', '--limit', '2', '--json'])
    expect(code).toBe(0)
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { action: 'secret.written', target: 'three', tenant: 'a' },
      { action: 'secret.written', target: 'two', tenant: 'a' },
    ])
    expect(stdout).not.toContain(VALUE)
  })

  test('list refuses what is no instant', async () => {
    expect((await folder.espalier(['audit', 'list', '--from', 'yesterday'])).code).toBe(2)
  })

  test('verify ends with 0 where the trail is whole', async () => {
    const { code, stdout } = await folder.espalier(['audit', 'verify'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('is whole: 3 rows') })
  })

  test('secrets rotate-key and rotate-master say what they did', async () => {
    const key = await folder.espalier(['secrets', 'rotate-key', 'a'])
    expect(key).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('a has a new data key; secrets under it: 3.'),
    })
    const master = await folder.espalier(['secrets', 'rotate-master'])
    expect(master).toMatchObject({ code: 0, stdout: expect.stringContaining('data keys under it: 1.') })
  })

  test('verify finds a cut end by a copy of the checkpoints that was kept elsewhere', async () => {
    const checkpoints = join(folder.path, 'data/audit/checkpoints.ndjson')
    const copy = join(folder.path, 'copy.ndjson')
    const text = readFileSync(checkpoints, 'utf8')
    writeFileSync(copy, text)
    writeFileSync(checkpoints, '')
    database.exec(`
      delete from audit where sequence > 2;
      delete from audit_checkpoint;
      update audit_head set sequence = 2, hash = (select hash from audit where sequence = 2)`)
    expect((await folder.espalier(['audit', 'verify'])).code).toBe(0)
    const { code, stdout } = await folder.espalier(['audit', 'verify', '--json', '--checkpoints', copy])
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'broken', sequence: 3, code: 'row-missing' })
  })

  test('verify names the first row that is wrong, and ends with 1', async () => {
    database.exec(`update audit set actor = 'somebody' where sequence = 2`)
    const { code, stdout } = await folder.espalier(['audit', 'verify'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringContaining('broken at row 2 (row-changed)') })
  })

  test('verify says which file it cannot read', async () => {
    const { code, stderr } = await folder.espalier(['audit', 'verify', '--checkpoints', 'nowhere.ndjson'])
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('nowhere.ndjson') })
  })
})
