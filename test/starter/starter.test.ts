/** What a new repository holds answers sensibly, by itself and with the tutorial's files added. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { contentOf, STARTER, starterWith } from './folder.ts'
import { type Product, startProduct } from './product.ts'
import { ACME_FILES, GLOBEX_FILES } from './tutorial-files.ts'

const ACME = 'acme-corp'
const GLOBEX = 'globex-inc'

const TRANSACTIONS = [
  { id: 't1', amount: 500, approved_by: 'ann' },
  { id: 't2', amount: 25_000, approved_by: 'bob' },
  { id: 't3', amount: 12_000.5 },
  { id: 't4', amount: 10, approved_by: null },
]

const starter = await contentOf(STARTER)
const tools = [...starter.tools.values()]
const workflows = [...starter.workflows.values()]

let product: Product
beforeAll(async () => {
  product = await startProduct()
  product.commit(ACME, ACME_FILES)
  product.commit(GLOBEX, GLOBEX_FILES)
})
afterAll(() => product.close())

const ask = (tenant: string, text: string) => product.execute(tenant, { text })

describe('the files', () => {
  test.each(tools.map((tool) => [tool.name, tool] as const))('%s says what it does, takes and gives', (_, tool) => {
    expect(tool.description).toMatch(/^[A-Z].*\.$/)
    expect(tool.category).toBeDefined()
    expect(tool.examples).not.toHaveLength(0)
    expect(tool.input?.properties).toBeDefined()
    expect(tool.output?.required).toBeDefined()
  })

  test.each(workflows.map((workflow) => [workflow.name, workflow] as const))('%s says what it does', (_, workflow) => {
    expect(workflow.description).toMatch(/^[A-Z].*\.$/)
    expect(workflow.examples).not.toHaveLength(0)
    expect(workflow.input?.properties).toBeDefined()
  })

  test("the tutorial's files can be added to them", async () => {
    const { tools, workflows } = await contentOf(starterWith({ ...ACME_FILES, ...GLOBEX_FILES }))
    expect(tools.has('ACMEPOValidator')).toBe(true)
    expect(workflows.has('GlobexSOXCompliance')).toBe(true)
  })

  test('the configuration is served', async () => {
    expect(await product.get(ACME, '/api/v1/config')).toMatchObject({
      status: 200,
      body: { valid: true, config: { company: { default_currency: 'EUR' }, features: { newsletter: false } } },
    })
  })
})

describe('examples', () => {
  const all = [...tools, ...workflows].flatMap(({ name, examples }) => examples.map((text) => [text, name] as const))

  test.each(all)('"%s" leads to %s', (text, name) => {
    expect(starter.router.route(text)).toMatchObject({ kind: 'match', target: { name } })
  })

  test.each([
    ['compliance report', 'compliance_report'],
    ['check the approvals', 'verify_approvals'],
    ['process an order', 'process_order'],
    ['give me a price quote', 'price_quote'],
  ])('"%s", which nobody wrote down, leads to %s', (text, name) => {
    expect(starter.router.route(text)).toMatchObject({ kind: 'match', target: { name } })
  })

  const ofTools = tools.flatMap(({ examples }) => examples)
  test.each(ofTools)('"%s" is answered', async (text) => {
    expect(await ask(ACME, text)).toMatchObject({ status: 200, body: { success: true } })
  })
})

describe('arithmetic and orders', () => {
  test.each([
    ['what is 12 * 7', 84],
    ['What is 12*7?', 84],
    ['12 x 7', 84],
    ['what is 10 minus 4', 6],
    ['calculate 10 divided by 4', 2.5],
  ])('%s', async (text, result) => {
    expect(await ask(ACME, text)).toMatchObject({ status: 200, body: { result: { result } } })
  })

  test('a division by zero is refused with the reason', async () => {
    const { status, body } = await ask(ACME, 'what is 1 / 0')
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'tool-failed' })
    expect(body.detail).toContain('division by zero')
  })

  test('an order is recorded, and nothing is claimed beyond that', async () => {
    const { status, body } = await ask(ACME, 'Process ACME order 12345')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      success: true,
      tenant: ACME,
      route: {
        kind: 'tool',
        name: 'process_order',
        method: 'pattern',
        arguments: { customer: 'ACME', order_id: '12345' },
      },
      result: {
        reference: 'ACME/12345',
        value: null,
        order: { reference: 'ACME/12345', order_id: '12345', customer: 'ACME', status: 'received' },
        next_steps: [
          'Add the amount of the order.',
          'Add the currency of the order.',
          'Confirm the order to the customer.',
          'Hand the record over to fulfilment.',
        ],
        message: 'Order 12345 of ACME is recorded as ACME/12345. It has not been shipped.',
      },
    })
  })

  test('a number of an order is no more than its schema takes', async () => {
    const { status, body } = await ask(ACME, 'process ACME order 12345 now')
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'input-invalid' })
    expect(body.errors).toMatchObject([{ pointer: '/customer' }, { pointer: '/order_id' }])
  })

  test('what the request says of an order is not asked for again', async () => {
    const input = { amount: 99.5, currency: 'EUR' }
    const { body } = await product.execute(ACME, { text: 'process order a-7 for Globex Inc', input })
    expect(body.result).toMatchObject({
      reference: 'GLOBEX INC/A-7',
      order: { customer: 'Globex Inc', amount: 99.5, currency: 'EUR' },
      next_steps: ['Confirm the order to the customer.', 'Hand the record over to fulfilment.'],
    })
  })

  test('the figures of a quote add up to the hundredth', async () => {
    const input = { quantity: 3, unit_price: 19.99, discount_percent: 10, tax_percent: 19, currency: 'GBP' }
    const { body } = await product.execute(ACME, { tool: 'price_quote', input })
    expect(body.result).toEqual({
      list_price: 59.97,
      discount: 6,
      net: 53.97,
      tax: 10.25,
      total: 64.22,
      currency: 'GBP',
    })
  })
})

describe('an invoice', () => {
  const total = async (input: object) =>
    (await product.execute(ACME, { tool: 'invoice_total', input: { ...input } })).body

  test('is added up item by item, with the tax on the sum', async () => {
    const items = [
      { description: 'Bolts', quantity: 3, unit_price: 1.115 },
      { description: 'Nuts', quantity: 10, unit_price: 0.1 },
      { description: 'Washers', quantity: 1, unit_price: 1.005 },
    ]
    expect((await total({ items, tax_percent: 19, currency: 'GBP' })).result).toEqual({
      amounts: [3.35, 1, 1.01],
      net: 5.36,
      tax: 1.02,
      total: 6.38,
      currency: 'GBP',
    })
  })

  test('without items is 0', async () => {
    expect((await total({})).result).toMatchObject({ amounts: [], net: 0, tax: 0, total: 0, currency: 'EUR' })
  })

  test('names the member that an item lacks', async () => {
    expect(await total({ items: [{ quantity: 1 }] })).toMatchObject({
      code: 'input-invalid',
      errors: [{ pointer: '/items/0/unit_price', code: 'missing-key' }],
    })
  })
})

describe('order intake', () => {
  const order = {
    customer: 'ACME',
    order_id: '12345',
    quantity: 2,
    unit_price: 50,
    currency: 'EUR',
    email: 'jane@acme.example',
  }

  test('checks, quotes and records', async () => {
    const { status, body } = await product.execute(ACME, { workflow: 'order_intake', input: order })
    expect(status).toBe(200)
    expect(body.result).toMatchObject({
      checks: { order_validator: { valid: true }, contact_validator: { valid: true } },
      price_quote: { net: 100, tax: 20, total: 120 },
      process_order: { value: 120, order: { status: 'received', amount: 120 } },
    })
  })

  test('stops at the checks, and names all that is wrong', async () => {
    const input = { ...order, quantity: 0, currency: 'CHF', email: 'jane' }
    const { status, body } = await product.execute(ACME, { workflow: 'order_intake', input })
    expect(status).toBe(422)
    expect(body).toMatchObject({ code: 'workflow-failed', stage: 'checks', output: {} })
    expect(body.errors).toMatchObject([{ pointer: '/quantity' }, { pointer: '/currency' }, { pointer: '/email' }])
  })
})

describe('contacts', () => {
  test('a good one passes', async () => {
    const input = { email: 'jane@acme.example', phone: '+44 20 7946 0018', country: 'GB' }
    const { body } = await product.execute(ACME, { tool: 'contact_validator', input })
    expect(body.result).toEqual({ valid: true, failures: [] })
  })

  test('every fault of a bad one is named', async () => {
    const input = { email: 'jane', phone: '0207', country: 'uk', newsletter: true }
    const { body } = await product.execute(ACME, { tool: 'contact_validator', input })
    expect(body.result).toMatchObject({
      valid: false,
      failures: [{ rule: 'email' }, { rule: 'phone' }, { rule: 'country' }, { rule: 'consent', field: null }],
    })
  })
})

describe('the compliance report', () => {
  const report = async (input: object) => {
    const { body } = await product.execute(GLOBEX, { text: 'Generate Globex compliance report', input: { ...input } })
    return (body.result as { summarise_checks: object }).summarise_checks
  }

  test('without transactions says what it is based on and what is open', async () => {
    expect(await report({})).toMatchObject({
      title: 'Compliance report: Globex',
      period: 'not given',
      checks: [
        { check: 'verify_approvals', status: 'nothing-to-check' },
        { check: 'check_thresholds', status: 'nothing-to-check' },
      ],
      open_points: ['Say which period the report covers.', expect.any(String), expect.any(String)],
      overall: 'incomplete',
      based_on: 'The input of this request alone; nothing was looked up elsewhere.',
    })
  })

  test('with transactions lists the findings', async () => {
    expect(await report({ period: '2026-Q1', transactions: TRANSACTIONS })).toMatchObject({
      checks: [{ status: 'failed' }, { status: 'attention' }],
      open_points: [
        'verify_approvals: 2 of 4 transactions name their approver.',
        'check_thresholds: 2 of 4 transactions are above 10000.',
      ],
      overall: 'open-points',
    })
  })

  test('without a finding has no open point', async () => {
    const transactions = TRANSACTIONS.slice(0, 2)
    expect(await report({ period: '2026-Q1', transactions, threshold: 30_000 })).toMatchObject({
      open_points: [],
      overall: 'no-findings',
    })
  })
})

describe('GlobexSOXCompliance', () => {
  const run = (input: object) => product.execute(GLOBEX, { workflow: 'GlobexSOXCompliance', input: { ...input } })

  test('with nothing to check says so at every stage', async () => {
    const { status, body } = await run({})
    expect(status).toBe(200)
    expect(Object.keys(body.result as object)).toEqual([
      'verify_approvals',
      'check_thresholds',
      'generate_audit_trail',
      'file_with_sec',
    ])
    expect(body.result).toMatchObject({
      verify_approvals: { status: 'nothing-to-check', checked: 0, unapproved: [] },
      check_thresholds: { status: 'nothing-to-check', limit: 10_000, above: [] },
      generate_audit_trail: {
        subject: { company: null, period: null },
        entries: [{ stage: 'verify_approvals' }, { stage: 'check_thresholds' }],
      },
      file_with_sec: { status: 'incomplete', missing: ['company', 'period'], sent: false, findings: [] },
    })
  })

  test('finds what is not approved or too large, and files nothing by itself', async () => {
    const { body } = await run({ company: 'Globex', period: '2026-Q1', transactions: TRANSACTIONS, threshold: 20_000 })
    expect(body.result).toMatchObject({
      verify_approvals: { status: 'failed', checked: 4, unapproved: ['t3', 't4'] },
      check_thresholds: { status: 'attention', limit: 20_000, above: [{ id: 't2', amount: 25_000, excess: 5_000 }] },
      file_with_sec: {
        status: 'ready-for-review',
        missing: [],
        sent: false,
        document: {
          company: 'Globex',
          period: '2026-Q1',
          transactions_checked: 4,
          findings: [
            { transaction: 't3', finding: 'not approved' },
            { transaction: 't4', finding: 'not approved' },
            { transaction: 't2', finding: 'above the threshold' },
          ],
          audit_trail: [{ stage: 'verify_approvals' }, { stage: 'check_thresholds' }],
        },
        summary: 'This document has been assembled only; it has not been sent to the SEC.',
      },
    })
  })

  test('is unknown to another tenant', async () => {
    expect(await product.execute(ACME, { workflow: 'GlobexSOXCompliance' })).toMatchObject({
      status: 404,
      body: { code: 'workflow-not-found' },
    })
  })

  test('a stage called by itself says what is missing', async () => {
    const { body } = await product.execute(ACME, { tool: 'file_with_sec', input: { company: 'ACME' } })
    expect(body.result).toMatchObject({
      status: 'incomplete',
      missing: ['period', 'verify_approvals', 'check_thresholds', 'generate_audit_trail'],
      sent: false,
    })
  })
})

describe('ACMEPOValidator', () => {
  const good = { po_number: 'PO-12345', amount: 1000, department: 'd', cost_center: 'c' }
  const check = (input: object) => product.execute(ACME, { tool: 'ACMEPOValidator', input: { ...input } })

  test('passes a good order', async () => {
    expect(await check(good)).toMatchObject({ status: 200, body: { result: { valid: true, failures: [] } } })
  })

  test.each(['validate PO', 'PO validation'])('is found by "%s"', async (text) => {
    const { body } = await product.execute(ACME, { text, dryRun: true })
    expect(body.route).toMatchObject({ name: 'ACMEPOValidator', method: 'search' })
  })

  test('names every rule and field of a bad one', async () => {
    const { status, body } = await check({ po_number: 'PO-1', amount: 1_000_001, department: 'd' })
    expect(status).toBe(200)
    expect(body.result).toMatchObject({
      valid: false,
      failures: [
        { rule: 'po_number_format: ^PO-[0-9]{5}$', field: 'po_number' },
        { rule: 'max_amount: 1000000', field: 'amount' },
        { rule: 'required_fields: [department, cost_center]', field: 'cost_center' },
      ],
    })
  })

  test('is unknown to another tenant', async () => {
    expect(await product.execute(GLOBEX, { tool: 'ACMEPOValidator', input: good })).toMatchObject({ status: 404 })
  })
})
