/** The shell scripts against a server that asks for a credential: from the environment, and never by an argument. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PROJECT } from '../support/checkout.ts'
import { createFolder, type Folder } from '../support/folder.ts'
import { run } from '../support/run.ts'
import type { RunningServer } from '../support/server.ts'

const TOKEN = 'a-token-of-the-operator-of-32-chars'
let folder: Folder
let server: RunningServer

beforeAll(async () => {
  folder = createFolder()
  server = await folder.serve({ ESPALIER_REQUIRE_KEYS: '1', ESPALIER_ADMIN_TOKEN: TOKEN })
  // A curl that notes its arguments.
  mkdirSync(join(folder.path, 'bin'))
  const path = join(folder.path, 'bin/curl')
  writeFileSync(path, `#!/bin/sh\necho "$@" >>"${join(folder.path, 'arguments')}"\nPATH="\${PATH#*:}" exec curl "$@"\n`)
  chmodSync(path, 0o755)
})
afterAll(async () => {
  await server.stop()
  folder.remove()
})

const script = (name: string, args: readonly string[], env: NodeJS.ProcessEnv) =>
  run([join(PROJECT, name), ...args], {
    cwd: folder.path,
    env: {
      ...folder.env,
      PATH: [join(folder.path, 'bin'), process.env.PATH].join(delimiter),
      ESPALIER_URL: server.url,
      ...env,
    },
  })

test('without one they are refused, and say what is missing', async () => {
  const { code, stderr } = await script('setup-tenant.sh', ['acme'], {})
  expect(code).toBe(1)
  expect(stderr).toContain('Send an API key')
})

test('with the admin token, and with the key of an operator', async () => {
  const made = await script('setup-tenant.sh', ['acme'], { ESPALIER_ADMIN_TOKEN: TOKEN })
  expect(made.code, made.stderr).toBe(0)
  const { stdout: key } = await folder.espalier(['keys', 'create', '--name', 'scripts'])
  const told = await script('metrics.sh', ['acme'], { ESPALIER_API_KEY: key.trim() })
  expect(told.code, told.stderr).toBe(0)
  const seen = readFileSync(join(folder.path, 'arguments'), 'utf8')
  expect(seen).toContain('/admin/tenants')
  expect(seen).not.toContain(TOKEN)
  expect(seen).not.toContain(key.trim())
})
