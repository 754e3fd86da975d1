/** Secrets in a server of its own process: what it logs, and that it shares its database with the command line. */
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder } from '../support/folder.ts'
import { BASE_FILES } from '../support/repository.ts'
import type { RunningServer } from '../support/server.ts'

const CANARY = 'tok-0815-canary-of-the-log'

const FILES = {
  ...BASE_FILES,
  'tools/leak.yaml': `name: leak\nsecrets: { t: { secretRef: token } }\ncompute: { whole: secrets.t }\n`,
  'tools/break.yaml': `name: break\nsecrets: { t: { secretRef: token } }\ncompute: { number: int(secrets.t) }\n`,
  'tools/slow.yaml': `name: slow\nsecrets: { t: { secretRef: token } }\ncompute: { list: "[1, 2].map(x, secrets.t)" }\n`,
}

let folder: Folder
let server: RunningServer

const call = (path: string, method: string, body: object): Promise<Response> =>
  fetch(server.url + path, { method, headers: { 'X-Tenant-ID': 'a' }, body: JSON.stringify(body) })

beforeAll(async () => {
  folder = createFolder(FILES)
  folder.commit('a', { 'config/own.json': '{}' })
  server = await folder.serve()
})

afterAll(async () => {
  await server.stop()
  folder.remove()
})

test('one chain and every secret survive a server and commands that write at once', async () => {
  expect((await call('/api/v1/secrets/token', 'PUT', { value: CANARY })).status).toBe(201)
  const writes = Array.from({ length: 30 }, (_, index) => call(`/api/v1/secrets/s${index}`, 'PUT', { value: 'v' }))
  const commands = [
    ['secrets', 'rotate-key', 'a'],
    ['secrets', 'rotate-master'],
  ].map((args) => folder.espalier(args))
  for (const { status } of await Promise.all(writes)) expect(status).toBe(201)
  for (const { code, stderr } of await Promise.all(commands)) expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const verified = await folder.espalier(['audit', 'verify', '--json'])
  expect(JSON.parse(verified.stdout)).toMatchObject({ kind: 'intact' })
  expect((await call('/api/v1/execute', 'POST', { tool: 'leak' })).status).toBe(200)
})

test('no answer, log or file holds a planted value', async () => {
  const answers: string[] = []
  for (const tool of ['leak', 'break', 'slow']) {
    answers.push(await (await call('/api/v1/execute', 'POST', { tool })).text())
  }
  expect(answers[2]).toContain('[secret token]')
  await server.stop()
  expect(answers.join('') + server.stderr() + server.greeting).not.toContain(CANARY)
  const files = execFileSync('bash', ['-c', 'grep -rlaF -- "$0" "$1" || true', CANARY, folder.path]).toString()
  expect(files).toBe('')
})
