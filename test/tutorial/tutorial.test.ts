/**
 * The tutorial, section by section and as it is written (`sections/`), in a fresh checkout against the real server. Each
 * section runs in the folder where a reader stands by then.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Checkout, freshCheckout, type Ran, redirectCurl } from '../support/checkout.ts'
import { type RunningServer, startServer } from '../support/server.ts'

let checkout: Checkout
let server: RunningServer
let repos: string

beforeAll(async () => {
  checkout = freshCheckout({ packages: 'linked' })
  repos = join(checkout.path, 'repos')
  server = await startServer(['./scripts/serve'], { cwd: checkout.path, env: checkout.env })
  redirectCurl(checkout, server.url)
}, 120_000)

afterAll(async () => {
  await server?.stop()
  checkout?.remove()
})

const section = (name: string): string => readFileSync(new URL(`sections/${name}.sh`, import.meta.url), 'utf8')

/** Runs a script as a reader would paste it: every line must succeed. */
async function follow(script: string, cwd: string): Promise<Ran> {
  const ran = await checkout.run(`set -e\n${script}`, { cwd, env: { ESPALIER_URL: server.url } })
  expect(ran, ran.stderr).toMatchObject({ code: 0 })
  return ran
}

type Verdict = { valid: boolean; failures: { rule: string; field: string }[] }
type Answered = { status: number; executionId: string; result: Verdict }

async function execute(tenant: string, body: object): Promise<Answered> {
  const answer = await fetch(`${server.url}/api/v1/execute`, {
    method: 'POST',
    headers: { 'X-Tenant-ID': tenant },
    body: JSON.stringify(body),
  })
  return { ...((await answer.json()) as Answered), status: answer.status }
}

const GOOD_ORDER = { po_number: 'PO-12345', amount: 1000, department: 'd', cost_center: 'c' }

describe('the tutorial', () => {
  test('the server says where it listens, what it serves and what to try', () => {
    expect(server.greeting).toContain(`Espalier serves ${server.url}`)
    expect(server.greeting).toContain(repos)
    expect(server.greeting).toContain('./setup-tenant.sh acme-corp')
  })

  test('1 and 2: the setup script makes branch, namespace and task queue, and says so', async () => {
    for (const [name, id] of [
      ['1-create-acme', 'acme-corp'],
      ['2-create-globex', 'globex-inc'],
    ] as const) {
      const { stdout } = await follow(section(name), checkout.path)
      expect(stdout).toContain(`customer/${id}`)
      expect(stdout).toMatch(new RegExp(`namespace +${id}\\n`))
      expect(stdout).toContain(`volcano-${id}`)
    }
    const { stdout } = await follow('git branch --list', repos)
    expect(stdout).toContain('customer/acme-corp')
    expect(stdout).toContain('customer/globex-inc')
  })

  test('3: both fresh tenants answer the example texts', async () => {
    const { stdout } = await follow(section('3-test-isolation'), checkout.path)
    const answers = stdout.match(/\{"success".*?"executionId":"[^"]*"\}/g)?.map((text) => JSON.parse(text))
    expect(answers).toMatchObject([
      { success: true, tenant: 'acme-corp', route: { arguments: { customer: 'ACME', order_id: '12345' } } },
      { success: true, tenant: 'globex-inc', route: { arguments: { company: 'Globex' } } },
    ])
  })

  test('4: the committed tool answers on the very next request, for its own tenant alone', async () => {
    await follow(section('4-add-acme-tool'), checkout.path)
    const answer = await execute('acme-corp', { tool: 'ACMEPOValidator', input: GOOD_ORDER })
    expect(answer).toMatchObject({ status: 200, success: true, result: { valid: true, failures: [] } })
    const foreign = await execute('globex-inc', { tool: 'ACMEPOValidator', input: GOOD_ORDER })
    expect(foreign).toMatchObject({ status: 404, code: 'tool-not-found' })
    expect(JSON.stringify(foreign)).not.toContain('acme')
  })

  test('the tool names each rule and field that fails', async () => {
    const { result } = await execute('acme-corp', {
      tool: 'ACMEPOValidator',
      input: { po_number: 'PO-1', amount: 2_000_000, department: 'd' },
    })
    expect(result.valid).toBe(false)
    expect(result.failures.map(({ rule, field }) => [rule, field])).toEqual([
      ['po_number_format: ^PO-[0-9]{5}$', 'po_number'],
      ['max_amount: 1000000', 'amount'],
      ['required_fields: [department, cost_center]', 'cost_center'],
    ])
  })

  test('5: the committed workflow runs its four stages in order, for its own tenant alone', async () => {
    await follow(section('5-add-globex-workflow'), repos)
    const answer = await execute('globex-inc', { workflow: 'GlobexSOXCompliance', input: {} })
    expect(answer).toMatchObject({ status: 200, success: true })
    expect(Object.keys(answer.result)).toEqual([
      'verify_approvals',
      'check_thresholds',
      'generate_audit_trail',
      'file_with_sec',
    ])
    const recorded = await fetch(`${server.url}/api/v1/executions/${answer.executionId}`, {
      headers: { 'X-Tenant-ID': 'globex-inc' },
    })
    const { steps } = (await recorded.json()) as { steps: { name: string; status: string }[] }
    expect(steps.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'verify_approvals completed',
      'check_thresholds completed',
      'generate_audit_trail completed',
      'file_with_sec completed',
    ])
    const foreign = await execute('acme-corp', { workflow: 'GlobexSOXCompliance', input: {} })
    expect(foreign).toMatchObject({ status: 404, code: 'workflow-not-found' })
  })

  test('6: the metrics show what was done', async () => {
    const { stdout } = await follow(section('6-metrics'), checkout.path)
    const [acme = '', globex = ''] = stdout.split(/(?=Tenant globex-inc)/)
    expect(acme).toContain('Commits of its own: 1')
    expect(acme).toMatch(/tool ACMEPOValidator +2 +1 completed, 1 refused, 0 failed/)
    expect(globex).toMatch(/workflow GlobexSOXCompliance +1 +1 completed/)
    expect(globex).toContain('live at')
  })

  test('7: a change of main reaches a tenant when it is merged, and not before; pushes succeed', async () => {
    const core = (stage: string): string =>
      `{"name": "core_patch", "description": "${stage}", "compute": {"level": "7"}}`
    const known = async () => (await execute('acme-corp', { tool: 'core_patch', input: {} })).status
    const [update = '', merge = ''] = section('7-update-core').split(/(?=# Merge to each customer)/)

    const edit = `echo '${core('patched')}' > tools/core-patch.json\ngit add tools/core-patch.json`
    await follow(update.replace('# ... make changes ...', edit), repos)
    expect(await known()).toBe(404)

    await follow(merge, repos)
    expect(await known()).toBe(200)
    const { stdout } = await follow('git -C ../data/origin.git branch --list', repos)
    expect(stdout).toContain('customer/acme-corp')
    expect(stdout).toContain('customer/globex-inc')
  })

  test('8: a change of one customer is live for that one', async () => {
    const edit = `sed -i 's/1000000/500/' tools/acme-po-validator.json\ngit add tools`
    await follow(section('8-update-one-customer').replace('# ... make ACME-specific changes ...', edit), repos)
    const { result } = await execute('acme-corp', { tool: 'ACMEPOValidator', input: GOOD_ORDER })
    expect(result.failures).toMatchObject([{ rule: 'max_amount: 500', field: 'amount' }])
  })

  test('every commit verifies', async () => {
    const { stdout } = await follow(
      'git rev-list --all | tee /dev/stderr | xargs -n 1 git verify-commit && git rev-list --all --count',
      repos,
    )
    expect(Number(stdout.trim().split('\n').at(-1))).toBeGreaterThanOrEqual(7)
  })

  test('the outer project has nothing to commit after all that', async () => {
    expect((await follow('git status --porcelain', checkout.path)).stdout).toBe('')
  })

  test('a broken commit says what is wrong and where, and leaves the last good one serving', async () => {
    writeFileSync(join(repos, 'workflows/broken.yaml'), 'name: broken\nstages:\n  - verify_aprovals\n')
    await follow('git checkout -q customer/globex-inc && git add workflows && git commit -qm break', repos)
    const answer = await fetch(`${server.url}/api/v1/config`, { headers: { 'X-Tenant-ID': 'globex-inc' } })
    expect(answer.headers.get('x-config-degraded')).toMatch(/^[0-9a-f]{40}$/)
    const { valid, refused } = (await answer.json()) as { valid: boolean; refused: { errors: object[] } }
    expect(valid).toBe(false)
    expect(refused.errors).toMatchObject([{ file: 'workflows/broken.yaml', line: 3, column: 5, pointer: '/stages/0' }])
    expect((await execute('acme-corp', { text: 'what is 12 * 7' })).status).toBe(200)
  })

  test('it ends with 0 when it is told to', async () => {
    expect(await server.stop()).toBe(0)
  })

  test('with the server gone, the scripts do the same on the repository and say so', async () => {
    const { stdout, stderr } = await follow('./setup-tenant.sh initech', checkout.path)
    expect(stderr).toContain('no server answers')
    expect(stdout).toContain('Created tenant initech directly in the repository')
    expect((await follow('./metrics.sh acme-corp --json', checkout.path)).stdout).toContain('"tenant_id": "acme-corp"')
  })
})

test('in a clone where nothing is installed, the setup script says what to run', async () => {
  const bare = freshCheckout({ packages: 'none' })
  const { code, stderr } = await bare.run('./setup-tenant.sh acme-corp', {
    env: { ESPALIER_URL: 'http://127.0.0.1:9' },
  })
  bare.remove()
  expect(code).toBe(3)
  expect(stderr).toContain('./scripts/serve')
})
