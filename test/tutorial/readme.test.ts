/** The README's commands, in order and as they are written, in a fresh checkout against the real server. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Checkout, freshCheckout, PROJECT, redirectCurl } from '../support/checkout.ts'
import { type RunningServer, startServer } from '../support/server.ts'

let checkout: Checkout
let server: RunningServer

beforeAll(async () => {
  checkout = freshCheckout({ packages: 'linked' })
}, 120_000)

afterAll(async () => {
  await server?.stop()
  checkout?.remove()
})

test('the README leads from zero to a tool of one’s own', async () => {
  const readme = readFileSync(join(PROJECT, 'README.md'), 'utf8')
  const [start = '', ...blocks] = [...readme.matchAll(/```bash\n([\s\S]*?)```/g)].map(([, block]) => block ?? '')
  server = await startServer(['bash', '-c', `exec ${start}`], { cwd: checkout.path, env: checkout.env })
  redirectCurl(checkout, server.url)

  const outputs: string[] = []
  for (const block of blocks) {
    const ran = await checkout.run(`set -e\n${block}`, { env: { ESPALIER_URL: server.url } })
    expect(ran, `${block}\n${ran.stderr}`).toMatchObject({ code: 0 })
    outputs.push(ran.stdout)
  }
  const [created, , answered, broken, rolledOut, metrics] = outputs
  expect(created).toContain('customer/acme-corp')
  expect(created).toContain('"result":84')
  expect(answered).toContain('"total":11.5')
  expect(answered).toContain('"code":"tool-not-found"')
  expect(broken).toMatch(/repos\/tools\/shipping-cost\.yaml:\d+:1: .*compote.*compute/)
  expect(rolledOut).toMatch(/completed[\s\S]*2 verified[\s\S]*rolled-back[\s\S]*2 rolled-back/)
  expect(metrics).toContain('Commits of its own')
})
