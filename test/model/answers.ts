/** Requests to the product, and whether what it answers is what the model says. */
import { expect } from 'vitest'
import { type Expected, expectedOf, type Revision, seen } from './branch.ts'
import { branchOf, type Model, type TenantName, type World } from './world.ts'

/** What an answer to a read said. */
type Read = {
  status: number
  code: string | null
  of: string | null
  value: number | null
  revision: string | null
  refused: string | null
}

export async function read(world: World, tenant: TenantName): Promise<Read> {
  const answer = await world.send(tenant, '/api/v1/config/own')
  const body = (await answer.json()) as { code?: string; of?: string; value?: number }
  return {
    status: answer.status,
    code: body.code ?? null,
    of: body.of ?? null,
    value: body.value ?? null,
    revision: answer.headers.get('x-config-revision'),
    refused: answer.headers.get('x-config-degraded'),
  }
}

const served = (tenant: TenantName, { oid, value }: Revision, refused: string | null): Read => ({
  status: 200,
  code: null,
  of: tenant,
  value,
  revision: oid,
  refused,
})

const refusal = (status: number, code: string, refused: string | null = null): Read => ({
  status,
  code,
  of: null,
  value: null,
  revision: null,
  refused,
})

const ANSWERS: { [K in Expected['kind']]: (tenant: TenantName, expected: Expected & { kind: K }) => Read } = {
  served: (tenant, { revision, refused }) => served(tenant, revision, refused),
  invalid: (_tenant, { refused }) => refusal(503, 'config-invalid', refused),
  'branch-missing': () => refusal(503, 'tenant-branch-missing'),
  unknown: () => refusal(404, 'tenant-not-found'),
}

const answerTo = <K extends Expected['kind']>(tenant: TenantName, expected: Expected & { kind: K }): Read =>
  (ANSWERS[expected.kind] as (tenant: TenantName, expected: Expected) => Read)(tenant, expected)

/** Reads, compares, and notes in the model that it was shown. */
export async function expectRead(model: Model, world: World, tenant: TenantName): Promise<void> {
  const branch = branchOf(model, tenant)
  expect(await read(world, tenant)).toEqual(answerTo(tenant, expectedOf(branch)))
  model.set(tenant, seen(branch))
}

/** Whether `answer` is one of a branch that was moved while it was read. */
export const isOneOf = (answer: Read, tenant: TenantName, revisions: readonly Revision[]): boolean =>
  revisions.some((revision) => JSON.stringify(answer) === JSON.stringify(served(tenant, revision, null)))
