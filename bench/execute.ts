/** Running the calculator, by its name and in words, with every run recorded as always. */
import type { Bench } from './bench.ts'
import type { Request } from './exchange.ts'
import type { Comparison } from './measure.ts'

const BY_NAME = { tool: 'calculator', input: { a: 12, operator: '*', b: 7 } }
const BY_TEXT = { text: 'what is 12 * 7' }

const post = (tenant: string, body: object): Request => ({
  method: 'POST',
  path: '/api/v1/execute',
  headers: { 'X-Tenant-ID': tenant, 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
})

export const execute: Bench = async ({ fixture: { tenants } }) => [
  { work: 'calculator by name, one tenant', status: 200, requests: [post(tenants[0]!, BY_NAME)] },
  { work: 'calculator by text, one tenant', status: 200, requests: [post(tenants[0]!, BY_TEXT)] },
  spread('calculator by name, random tenants', tenants, BY_NAME),
  spread('calculator by text, random tenants', tenants, BY_TEXT),
]

const spread = (work: string, [first = '', ...rest]: readonly string[], body: object): Comparison => ({
  work,
  status: 200,
  requests: [post(first, body), ...rest.map((tenant) => post(tenant, body))],
})
