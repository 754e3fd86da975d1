import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BASE_FILES } from '../support/repository.ts'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

const TOKEN = 'tok-4711-very-secret-canary'

const FILES = {
  ...BASE_FILES,
  'tools/sign.yaml': `name: sign
input: { type: object, properties: { text: { type: string } } }
secrets: { api_token: { secretRef: crm_token } }
compute:
  length: size(secrets.api_token)
  matches: secrets.api_token == text
`,
  'tools/leak.yaml': `name: leak
secrets: { token: { secretRef: crm_token } }
compute:
  whole: secrets.token
  part: "'Bearer ' + secrets.token + '!'"
  list: "[secrets.token, {secrets.token: secrets.token}]"
`,
  'tools/break.yaml': `name: break
secrets: { token: { secretRef: crm_token } }
compute:
  number: int(secrets.token)
`,
  'tools/guard.yaml': `name: guard
input: { type: object, properties: { pin: { type: string } } }
secrets: { pin: { secretRef: pin } }
rules:
  - check: pin == secrets.pin
    message: The PIN is not the right one.
`,
  'workflows/chain.yaml': 'name: chain\nstages: [leak, sign]\n',
}

let product: TestApp

const put = (tenant: string, name: string, value: string) =>
  product.request(tenant, `/api/v1/secrets/${name}`, { method: 'PUT', body: JSON.stringify({ value }) })
const execute = async (tenant: string, body: object) => {
  const answer = await product.request(tenant, '/api/v1/execute', post(body))
  return { status: answer.status, text: await answer.text() }
}
const run = async (tenant: string, tool: string, input: object = {}) => {
  const { status, text } = await execute(tenant, { tool, input })
  return { status, ...JSON.parse(text) }
}
const openDatabase = () => new Sqlite(join(product.folder.path, 'data/espalier.sqlite'))

beforeEach(async () => {
  product = await createTestApp({ files: FILES })
  for (const tenant of ['a', 'b']) product.commit(tenant, { 'config/own.json': '{}' })
})

afterEach(() => product.close())

describe('/api/v1/secrets', () => {
  test('takes values and gives names and versions', async () => {
    const first = await put('a', 'crm_token', TOKEN)
    expect(first.status).toBe(201)
    expect(await first.json()).toEqual({ name: 'crm_token', version: 1 })
    const second = await put('a', 'crm_token', `${TOKEN}-new`)
    expect(second.status).toBe(200)
    expect(await second.json()).toEqual({ name: 'crm_token', version: 2 })
    const listed = await (await product.request('a', '/api/v1/secrets')).text()
    expect(JSON.parse(listed)).toEqual({
      items: [{ name: 'crm_token', version: 2, createdAt: expect.any(String), updatedAt: expect.any(String) }],
    })
    expect(listed).not.toContain(TOKEN)
  })

  test('belong to their tenant', async () => {
    await put('a', 'crm_token', TOKEN)
    expect(await (await product.request('b', '/api/v1/secrets')).json()).toEqual({ items: [] })
    expect((await product.request('b', '/api/v1/secrets/crm_token', { method: 'DELETE' })).status).toBe(404)
    expect((await product.request('a', '/api/v1/secrets/crm_token', { method: 'DELETE' })).status).toBe(200)
    expect((await product.request('a', '/api/v1/secrets/crm_token', { method: 'DELETE' })).status).toBe(404)
  })

  test('refuse names that are none', async () => {
    for (const name of ['9lives', 'a|b', 'a'.repeat(65), 'a%2fb']) {
      expect((await put('a', name, 'value')).status, name).toBe(400)
    }
  })

  test('refuse a value that is empty, no text, or too long, without repeating it', async () => {
    for (const value of ['', 5, 'x'.repeat(32_769)]) {
      const answer = await product.request('a', '/api/v1/secrets/s', { method: 'PUT', body: JSON.stringify({ value }) })
      expect(answer.status).toBe(422)
      expect((await answer.text()).length).toBeLessThan(2_000)
    }
  })

  test('are at most two hundred a tenant', async () => {
    for (let index = 0; index < 200; index += 1) expect((await put('a', `s${index}`, 'value')).status).toBe(201)
    expect((await put('a', 'one-more', 'value')).status).toBe(409)
    expect((await put('a', 's0', 'another')).status).toBe(200)
    expect((await put('b', 'one-more', 'value')).status).toBe(201)
  })
})

describe('a tool with secrets', () => {
  test('computes with the value, and is not deterministic', async () => {
    await put('a', 'crm_token', TOKEN)
    const answer = await run('a', 'sign', { text: TOKEN })
    expect(answer).toMatchObject({ status: 200, deterministic: false })
    expect(answer.result).toEqual({ length: TOKEN.length, matches: true })
  })

  test('judges by rules with the value', async () => {
    await put('a', 'pin', '2468')
    expect(await run('a', 'guard', { pin: '2468' })).toMatchObject({ result: { valid: true } })
    expect(await run('a', 'guard', { pin: '1357' })).toMatchObject({ result: { valid: false } })
  })

  test('sees a new value at once, and none of another tenant', async () => {
    await put('a', 'crm_token', TOKEN)
    await put('b', 'crm_token', 'another-token')
    expect((await run('a', 'sign', { text: TOKEN })).result.matches).toBe(true)
    await put('a', 'crm_token', 'turned-over')
    expect((await run('a', 'sign', { text: 'turned-over' })).result.matches).toBe(true)
    expect((await run('b', 'sign', { text: 'another-token' })).result.matches).toBe(true)
  })

  test('fails with the name where the tenant does not have it', async () => {
    await put('b', 'crm_token', TOKEN)
    expect(await run('a', 'sign')).toMatchObject({ status: 422, code: 'secret-missing', secret: 'crm_token' })
  })

  test('that gives the value away says its name in answer and record instead', async () => {
    await put('a', 'crm_token', TOKEN)
    const answer = await run('a', 'leak')
    const shown = '[secret crm_token]'
    expect(answer.result).toEqual({
      whole: shown,
      part: `Bearer ${shown}!`,
      list: [shown, { [shown]: shown }],
    })
    const record = await (await product.request('a', `/api/v1/executions/${answer.executionId}`)).text()
    expect(record).toContain(shown)
    expect(record).not.toContain(TOKEN)
  })

  test('that fails does not tell the value', async () => {
    await put('a', 'crm_token', TOKEN)
    const { status, text } = await execute('a', { tool: 'break' })
    expect(status).toBe(422)
    expect(text).not.toContain(TOKEN)
  })

  test('works in a workflow, whose stages do not tell the value', async () => {
    await put('a', 'crm_token', TOKEN)
    const { status, text } = await execute('a', { workflow: 'chain', input: {} })
    expect(status).toBe(422)
    expect(text).not.toContain(TOKEN)
    const good = await execute('a', { workflow: 'chain', input: { text: TOKEN } })
    expect(good.status).toBe(200)
    expect(JSON.parse(good.text).result.sign).toEqual({ length: TOKEN.length, matches: true })
    expect(JSON.parse(good.text).deterministic).toBe(false)
  })

  test('is listed without what it needs', async () => {
    await put('a', 'crm_token', TOKEN)
    expect(await (await product.request('a', '/api/v1/tools')).text()).not.toContain(TOKEN)
  })

  test('is refused where a reference is no name', async () => {
    product.commit('a', { 'tools/bad.yaml': 'name: bad\nsecrets: { t: { value: x } }\ncompute: { r: "1" }\n' })
    const answer = await product.request('a', '/api/v1/tools/double')
    expect(answer.headers.get('x-config-degraded')).not.toBeNull()
  })
})

describe('attack 42: the ciphertext of another place', () => {
  const unreadable = async (): Promise<void> => {
    expect(await run('a', 'sign')).toMatchObject({ status: 503, code: 'secret-unreadable' })
    await product.app.audit.denials.flush()
    const audited = await (await product.request('a', '/api/v1/audit?action=access.denied')).json()
    expect(audited).toMatchObject({
      items: [{ tenant: 'a', actor: 'system', after: { reason: 'secret-unreadable', count: 1 } }],
    })
  }

  test("B's secret in A's row is refused and audited", async () => {
    await put('a', 'crm_token', 'own')
    await put('b', 'crm_token', TOKEN)
    const database = openDatabase()
    database.exec(`update secret set sealed = (select sealed from secret where tenant = 'b') where tenant = 'a'`)
    database.close()
    await unreadable()
  })

  test("B's secret and B's data key in A's rows are refused and audited", async () => {
    await put('a', 'crm_token', 'own')
    await put('b', 'crm_token', TOKEN)
    const database = openDatabase()
    database.exec(`
      update secret set sealed = (select sealed from secret where tenant = 'b') where tenant = 'a';
      update data_key set wrapped = (select wrapped from data_key where tenant = 'b') where tenant = 'a'`)
    database.close()
    await unreadable()
  })

  test("A's secret of another name or version is refused and audited", async () => {
    await put('a', 'crm_token', 'own')
    await put('a', 'other', TOKEN)
    const database = openDatabase()
    database.exec(
      `update secret set sealed = (select sealed from secret where name = 'other') where name = 'crm_token'`,
    )
    database.close()
    await unreadable()
  })
})

test('no planted value is anywhere: data folder, repository, answers, audit trail', async () => {
  await put('a', 'crm_token', TOKEN)
  await run('a', 'leak')
  await execute('a', { tool: 'break' })
  await execute('a', { workflow: 'chain', input: {} })
  await product.app.secrets.vault.rotateDataKey('a' as never, {
    actor: { kind: 'local' },
    requestId: 'r',
    address: null,
  })
  for (const path of ['/api/v1/audit', '/api/v1/executions', '/api/v1/config', '/api/v1/tools', '/api/v1/secrets']) {
    expect(await (await product.request('a', path)).text(), path).not.toContain(TOKEN)
  }
  await product.app.close()
  const found = (pattern: string): string =>
    execFileSync('bash', ['-c', `grep -rlaF -- "$0" "$1" || true`, pattern, product.folder.path]).toString()
  expect(found('espalier-audit-checkpoint') + found('crm_token')).not.toBe('')
  expect(found(TOKEN)).toBe('')
  expect(found(Buffer.from(TOKEN).toString('base64').slice(0, 30))).toBe('')
  product.folder.remove()
  product = await createTestApp({ files: FILES })
})
