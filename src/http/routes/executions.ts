/** `/api/v1/executions`: what a tenant has run. */
import type { Execution, ExecutionStatus } from '../../executions/execution.ts'
import { stepResource } from '../../executions/step-resource.ts'
import type { ExecutionFilter, ExecutionStore, ExecutionSummary } from '../../executions/store.ts'
import { AppError } from '../../kernel/errors.ts'
import { answerJson, type Ctx, type Reply } from '../exchange.ts'
import { PAGE_PARAMETERS, pageOf, pageSchema } from '../paging.ts'
import type { Route } from '../route.ts'
import { scopeHeaders, type TenantScope } from '../tenant-scope.ts'

const KINDS: readonly string[] = ['tool', 'workflow'] satisfies Execution['kind'][]
const STATUSES: readonly string[] = ['completed', 'failed', 'refused'] satisfies ExecutionStatus[]

const EXECUTION = {
  type: 'object',
  required: ['id', 'tenant', 'revision', 'kind', 'name', 'method', 'status', 'startedAt', 'durationMs', 'requestId'],
  properties: {
    id: { type: 'string' },
    tenant: { type: 'string' },
    revision: { type: 'string' },
    kind: { enum: KINDS },
    name: { type: 'string' },
    method: { enum: ['direct', 'exact', 'pattern', 'search'] },
    status: { enum: STATUSES, description: '`refused`: a validator ran and found the input wanting.' },
    startedAt: { type: 'string', format: 'date-time' },
    durationMs: { type: 'number' },
    sessionId: { type: 'string' },
    requestId: { type: 'string' },
    input: { type: 'object' },
    output: {},
    error: { type: 'object' },
    steps: { type: 'array', items: { type: 'object' }, description: "A workflow's stages." },
  },
} as const

export function executionRoutes({ executions }: { executions: ExecutionStore }): Route[] {
  async function list(c: Ctx, scope: TenantScope): Promise<Reply> {
    const { pageSize, pageToken } = pageOf(c)
    const page = await executions.list(scope.tenant, {
      pageSize,
      filter: filterOf(c),
      ...(pageToken === undefined ? {} : { pageToken }),
    })
    const body = { ...page, items: page.items.map(resourceOf) }
    return answerJson(c, body, { headers: scopeHeaders(scope) })
  }

  async function one(c: Ctx, scope: TenantScope): Promise<Reply> {
    const found = await executions.find(scope.tenant, c.param('id'))
    if (!found) throw new AppError('execution-not-found', { detail: 'This tenant has no such execution.' })
    return answerJson(
      c,
      { ...resourceOf(found), steps: found.steps.map(stepResource) },
      { headers: scopeHeaders(scope) },
    )
  }

  return [
    {
      method: 'get',
      path: '/api/v1/executions',
      access: 'tenant',
      right: 'executions:read',
      effect: 'reads',
      operation: {
        id: 'list-executions',
        summary: 'What the tenant has run, newest first',
        tag: 'tenant',
        parameters: [
          ...PAGE_PARAMETERS,
          { name: 'kind', in: 'query', description: 'Only these.', schema: { enum: KINDS } },
          { name: 'name', in: 'query', description: 'Only of this tool or workflow.', schema: { type: 'string' } },
          { name: 'status', in: 'query', description: 'Only with this end.', schema: { enum: STATUSES } },
        ],
        responses: { 200: { description: 'A page of executions.', schema: pageSchema(EXECUTION) } },
        problems: ['parameter-invalid'],
      },
      handle: list,
    },
    {
      method: 'get',
      path: '/api/v1/executions/{id}',
      access: 'tenant',
      right: 'executions:read',
      effect: 'reads',
      operation: {
        id: 'get-execution',
        summary: 'One execution with its input, output and steps',
        tag: 'tenant',
        parameters: [{ name: 'id', in: 'path', description: 'The execution.', schema: { type: 'string' } }],
        responses: { 200: { description: 'The execution.', schema: EXECUTION } },
        problems: ['execution-not-found'],
      },
      handle: one,
    },
  ]
}

const resourceOf = <T extends ExecutionSummary>(execution: T) => ({
  ...execution,
  startedAt: new Date(execution.startedAt).toISOString(),
})

function filterOf(c: Ctx): ExecutionFilter {
  const kind = oneOf(c, 'kind', KINDS) as Execution['kind'] | undefined
  const status = oneOf(c, 'status', STATUSES) as ExecutionStatus | undefined
  const name = c.query('name')
  return { ...(kind ? { kind } : {}), ...(status ? { status } : {}), ...(name ? { name } : {}) }
}

function oneOf(c: Ctx, name: string, values: readonly string[]): string | undefined {
  const given = c.query(name)
  if (given === undefined || values.includes(given)) return given
  throw new AppError('parameter-invalid', { detail: `${name} must be one of ${values.join(', ')}.` })
}
