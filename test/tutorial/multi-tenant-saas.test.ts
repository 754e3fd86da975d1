/** The admin API's tutorial, command by command as it is written (`multi-tenant-saas/`), against the real server. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Checkout, freshCheckout, redirectCurl } from '../support/checkout.ts'
import { type RunningServer, startServer } from '../support/server.ts'

let checkout: Checkout
let server: RunningServer

beforeAll(async () => {
  checkout = freshCheckout({ packages: 'linked' })
  server = await startServer(['./scripts/serve'], { cwd: checkout.path, env: checkout.env })
  redirectCurl(checkout, server.url)
}, 120_000)

afterAll(async () => {
  await server?.stop()
  checkout?.remove()
})

/** Runs a section as a reader would paste it, and gives what the server answered, one value for each command. */
async function follow(name: string): Promise<unknown[]> {
  const script = readFileSync(new URL(`multi-tenant-saas/${name}.sh`, import.meta.url), 'utf8')
  const ran = await checkout.run(`set -e\n${script}`)
  expect(ran, ran.stderr).toMatchObject({ code: 0 })
  // The answers stand one after the other, without a line feed between them.
  return ran.stdout
    .replaceAll(/([}\]])(?=[{[]"|\[\]|\[\{)/g, '$1\n')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

test('a tenant is created with what was posted', async () => {
  expect(await follow('1-create-a-tenant')).toMatchObject([
    {
      tenant_id: 'acme-corp',
      quota_requests_per_minute: 100,
      quota_tokens_per_minute: 10_000,
      allowed_models: ['gpt-4', 'gpt-3.5-turbo'],
      allowed_tools: ['search', 'calculator'],
      metadata: { company: 'Acme Corporation', plan: 'enterprise' },
      status: 'active',
      namespace: 'acme-corp',
      branch: 'customer/acme-corp',
    },
  ])
})

test('posting it again is 409 and says how to change it', async () => {
  expect(await follow('1-create-a-tenant')).toMatchObject([
    { status: 409, error: 'Tenant already exists', detail: expect.stringContaining('PUT /admin/tenants/acme-corp') },
  ])
})

test('a user is created and listed', async () => {
  const user = { tenant_id: 'acme-corp', email: 'john@acme.com', name: 'John Doe' }
  expect(await follow('2-create-a-user')).toMatchObject([user])
  expect(await follow('3-list-users')).toMatchObject([[user]])
})

test('the analytics count the requests so far', async () => {
  const [analytics] = await follow('4-get-analytics')
  expect(analytics).toMatchObject({ tenant_id: 'acme-corp', total_requests: 2 })
})

test('two tenants, each with a user of its own, see nothing of each other', async () => {
  expect(await follow('5-create-two-tenants')).toMatchObject([{ tenant_id: 'enterprise' }, { tenant_id: 'starter' }])
  await follow('6-create-users-for-each')
  expect(await follow('7-verify-isolation')).toMatchObject([
    [{ email: 'alice@enterprise.com', tenant_id: 'enterprise' }],
    [{ email: 'bob@starter.com', tenant_id: 'starter' }],
  ])
})

test('of fifteen requests after two in the same minute, the last five and no others of the loop’s end are 429', async () => {
  const answers = await follow('8-exhaust-the-quota')
  expect(answers).toHaveLength(15)
  const refused = answers.map((answer) => (Array.isArray(answer) ? 200 : (answer as { status: number }).status))
  expect(refused.slice(-5)).toEqual([429, 429, 429, 429, 429])
  expect(refused.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 200))
})
