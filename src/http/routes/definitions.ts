/** `/api/v1/tools` and `/api/v1/workflows`: what a tenant can run. */
import { unknownName } from '../../executions/intent.ts'
import { requireSnapshot } from '../../snapshots/require-snapshot.ts'
import type { Snapshot } from '../../snapshots/snapshot.ts'
import type { Tool } from '../../tools/tool.ts'
import type { Workflow } from '../../workflows/workflow.ts'
import { type AtRevision, REVISION_PARAMETER, REVISION_PROBLEMS } from '../at-revision.ts'
import { answerJson, type Ctx } from '../exchange.ts'
import type { Route } from '../route.ts'
import { scopeHeaders, type TenantScope } from '../tenant-scope.ts'

export const DEFINITION_SUMMARY = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string' },
    kind: { type: 'string', description: "A tool's implementation." },
    version: { type: 'string' },
    description: { type: 'string' },
    category: { type: 'string' },
  },
} as const

const DEFINITION = {
  ...DEFINITION_SUMMARY,
  properties: {
    ...DEFINITION_SUMMARY.properties,
    patterns: { type: 'array', items: { type: 'string' }, description: 'Sentences that lead here.' },
    examples: { type: 'array', items: { type: 'string' } },
    input: { type: 'object', description: 'JSON Schema of the input.' },
    output: { type: 'object', description: 'JSON Schema of the output.' },
    stages: { type: 'array', description: "A workflow's stages.", items: { type: 'object' } },
  },
} as const

/** Members that are undefined leave no trace in JSON. */
export const toolSummary = ({ name, kind, version, description, category }: Tool) => ({
  name,
  kind,
  version,
  description,
  category,
})

export const workflowSummary = ({ name, version, description, category }: Workflow) => ({
  name,
  version,
  description,
  category,
})

const toolResource = (tool: Tool) => {
  const { patterns, examples, input, output } = tool
  return { ...toolSummary(tool), patterns, examples, input, output }
}

const workflowResource = (workflow: Workflow) => {
  const { patterns, examples, input, timeoutMs, stages } = workflow
  return { ...workflowSummary(workflow), patterns, examples, input, timeoutMs, stages }
}

type Listing = {
  kind: 'tool' | 'workflow'
  list(snapshot: Snapshot): object[]
  find(snapshot: Snapshot, name: string): object | undefined
  names(snapshot: Snapshot): readonly string[]
}

const TOOLS: Listing = {
  kind: 'tool',
  list: ({ tools }) => [...tools.values()].map(toolResource),
  find: ({ tools }, name) => optional(tools.get(name), toolResource),
  names: ({ tools }) => [...tools.keys()],
}

const WORKFLOWS: Listing = {
  kind: 'workflow',
  list: ({ workflows }) => [...workflows.values()].map(workflowResource),
  find: ({ workflows }, name) => optional(workflows.get(name), workflowResource),
  names: ({ workflows }) => [...workflows.keys()],
}

const optional = <T>(value: T | undefined, map: (value: T) => object): object | undefined => value && map(value)

export const definitionRoutes = ({ atRevision }: { atRevision: AtRevision }): Route[] =>
  [TOOLS, WORKFLOWS].flatMap((listing) => listingRoutes(listing, atRevision))

function listingRoutes({ kind, list, find, names }: Listing, atRevision: AtRevision): Route[] {
  const all = (c: Ctx, scope: TenantScope) =>
    answerJson(c, { items: list(requireSnapshot(scope)) }, { headers: scopeHeaders(scope) })

  const one = (c: Ctx, scope: TenantScope) => {
    const snapshot = requireSnapshot(scope)
    const name = c.param('name')
    const found = find(snapshot, name)
    if (!found) throw unknownName(kind, name, names(snapshot))
    return answerJson(c, found, { headers: scopeHeaders(scope) })
  }

  return [
    {
      method: 'get',
      path: `/api/v1/${kind}s`,
      access: 'tenant',
      right: 'config:read',
      effect: 'reads',
      inTurns: true,
      operation: {
        id: `list-${kind}s`,
        summary: `All ${kind}s of the tenant`,
        tag: 'tenant',
        parameters: [REVISION_PARAMETER],
        responses: {
          200: {
            description: `The ${kind}s.`,
            schema: {
              type: 'object',
              required: ['items'],
              properties: { items: { type: 'array', items: DEFINITION } },
            },
          },
        },
        problems: ['config-invalid', ...REVISION_PROBLEMS],
      },
      handle: atRevision(all),
    },
    {
      method: 'get',
      path: `/api/v1/${kind}s/{name}`,
      access: 'tenant',
      right: 'config:read',
      effect: 'reads',
      inTurns: true,
      operation: {
        id: `get-${kind}`,
        summary: `One ${kind} of the tenant`,
        tag: 'tenant',
        parameters: [
          { name: 'name', in: 'path', description: `The ${kind}.`, schema: { type: 'string' } },
          REVISION_PARAMETER,
        ],
        responses: { 200: { description: `The ${kind}.`, schema: DEFINITION } },
        problems: ['config-invalid', `${kind}-not-found`, ...REVISION_PROBLEMS],
      },
      handle: atRevision(one),
    },
  ]
}
