/** `POST /api/v1/execute`: run a tool or workflow, named or asked for in words. */
import type { FromSchema } from 'json-schema-to-ts'
import type { Executor } from '../../executions/execute.ts'
import type { Intent } from '../../executions/intent.ts'
import { AppError } from '../../kernel/errors.ts'
import type { JsonObject } from '../../kernel/json.ts'
import { settled } from '../../kernel/settled.ts'
import { requireSnapshot } from '../../snapshots/require-snapshot.ts'
import { type AtRevision, REVISION_PARAMETER, REVISION_PROBLEMS, revisionOf } from '../at-revision.ts'
import { jsonBody } from '../body.ts'
import { answerJson, type Ctx } from '../exchange.ts'
import type { Gate } from '../gate.ts'
import type { Answer, Route } from '../route.ts'
import { scopeHeaders, type TenantScope } from '../tenant-scope.ts'

const OPTIONS = {
  sessionId: {
    type: 'string',
    pattern: '^[A-Za-z0-9._-]{1,128}$',
    description: 'Joins the executions of one conversation. Made up where it is not given.',
  },
  dryRun: { type: 'boolean', description: 'Only say what would run. Always so with `?revision=`.' },
} as const

const INPUT = { type: 'object', description: 'Members of the input.' } as const

const EXECUTE_BODY = {
  title: 'What to run',
  type: 'object',
  properties: {
    text: { type: 'string', minLength: 1, maxLength: 2000, description: 'What is wanted, in words.' },
    tool: { type: 'string', description: 'The name of a tool.' },
    workflow: { type: 'string', description: 'The name of a workflow.' },
    input: INPUT,
    ...OPTIONS,
  },
  additionalProperties: false,
} as const

const RUN_BODY = {
  title: 'What to run it with',
  type: 'object',
  properties: { input: INPUT, ...OPTIONS },
  additionalProperties: false,
} as const

const EXECUTE_ANSWER = {
  title: 'What was run, and what it gave',
  type: 'object',
  required: ['success', 'tenant', 'revision', 'route', 'result', 'sessionId', 'duration', 'deterministic'],
  properties: {
    success: { const: true },
    tenant: { type: 'string' },
    revision: { type: 'string', description: 'The commit that answered.' },
    route: {
      type: 'object',
      required: ['kind', 'name', 'method', 'confidence', 'arguments'],
      properties: {
        kind: { enum: ['tool', 'workflow'] },
        name: { type: 'string' },
        method: { enum: ['direct', 'exact', 'pattern', 'search'] },
        confidence: { type: 'number', minimum: 0, maximum: 1 },
        arguments: { type: 'object' },
      },
    },
    result: { description: "The tool's output, or a workflow's outputs by stage; null in a dry run." },
    sessionId: { type: 'string' },
    duration: { type: 'number', description: 'Milliseconds.' },
    deterministic: { type: 'boolean' },
    executionId: { type: 'string' },
  },
} as const

const executeBody = jsonBody<FromSchema<typeof EXECUTE_BODY>>(EXECUTE_BODY)
const runBody = jsonBody<FromSchema<typeof RUN_BODY>>(RUN_BODY)

const PROBLEMS = [
  'body-malformed',
  'body-invalid',
  'body-too-large',
  'input-invalid',
  'tool-not-found',
  'workflow-not-found',
  'tool-failed',
  'tool-timeout',
  'secret-missing',
  'secret-unreadable',
  'workflow-failed',
  'workflow-timeout',
  'overloaded',
  'config-invalid',
  ...REVISION_PROBLEMS,
] as const

export type ExecuteDeps = { executor: Executor; gate: Gate; atRevision: AtRevision }

export function executeRoutes({ executor, gate, atRevision }: ExecuteDeps): Route[] {
  // A tool that is synchronous is run and answered in one go, as soon as the body is there.
  const execute = (c: Ctx, scope: TenantScope): Answer =>
    settled(executeBody.read(c), (body) => run(c, scope, intentOf(body), body))

  const runNamed =
    (kind: 'tool' | 'workflow') =>
    (c: Ctx, scope: TenantScope): Answer =>
      settled(runBody.read(c), (body) => {
        const intent: Intent = { kind, name: c.param('name'), input: (body.input ?? {}) as JsonObject }
        return run(c, scope, intent, body)
      })

  function run(
    c: Ctx,
    scope: TenantScope,
    intent: Intent,
    { sessionId, dryRun }: { sessionId?: string; dryRun?: boolean },
  ): Answer {
    const snapshot = requireSnapshot(scope)
    const executed = executor.execute({
      tenant: scope.tenant,
      snapshot,
      intent,
      sessionId,
      requestId: c.requestId,
      dryRun: isDry(c, dryRun),
      admit: (tools) => gate.admit(c, scope, tools),
    })
    return settled(executed, (answer) => answerJson(c, answer, { headers: scopeHeaders(scope) }))
  }

  const answered = { 200: { description: 'It ran.', schema: EXECUTE_ANSWER } }
  const named = (kind: 'tool' | 'workflow'): Route => ({
    method: 'post',
    path: `/api/v1/${kind}s/{name}/run`,
    access: 'tenant',
    right: 'tools:run',
    gate: 'by-handler',
    effect: 'acts',
    inTurns: true,
    idempotent: true,
    operation: {
      id: `run-${kind}`,
      summary: `Run a ${kind} by its name`,
      tag: 'tenant',
      parameters: [
        { name: 'name', in: 'path', description: `The ${kind}.`, schema: { type: 'string' } },
        REVISION_PARAMETER,
      ],
      body: { schema: runBody.schema },
      responses: answered,
      problems: PROBLEMS,
    },
    handle: atRevision(runNamed(kind)),
  })

  return [
    {
      method: 'post',
      path: '/api/v1/execute',
      access: 'tenant',
      right: 'tools:run',
      gate: 'by-handler',
      effect: 'acts',
      inTurns: true,
      idempotent: true,
      operation: {
        id: 'execute',
        summary: 'Run a tool or workflow, by name or in words',
        description: 'Give exactly one of `text`, `tool` and `workflow`. `input` is laid over what the text gives.',
        tag: 'tenant',
        parameters: [REVISION_PARAMETER],
        body: { schema: executeBody.schema, example: { text: 'what is 12 * 7' } },
        responses: answered,
        problems: [...PROBLEMS, 'intent-not-found', 'intent-ambiguous'],
      },
      handle: atRevision(execute),
    },
    named('tool'),
    named('workflow'),
  ]
}

/**
 * Another revision than the one that is served only says what it would run: an older policy of the branch may have allowed
 * what today's does not, and a candidate's nobody has agreed to.
 */
function isDry(c: Ctx, asked: boolean | undefined): boolean {
  if (revisionOf(c) === undefined) return asked ?? false
  if (asked !== false) return true
  throw new AppError('body-invalid', {
    detail: 'With ?revision= nothing is run; leave "dryRun" out, or set it to true.',
    errors: [{ pointer: '/dryRun', detail: 'Must be true where ?revision= names a commit.' }],
  })
}

function intentOf({ text, tool, workflow, input = {} }: Wanted): Intent {
  const given = { ...input } as JsonObject
  if (text !== undefined && tool === undefined && workflow === undefined) return { kind: 'text', text, input: given }
  if (tool !== undefined && text === undefined && workflow === undefined)
    return { kind: 'tool', name: tool, input: given }
  if (workflow !== undefined && text === undefined && tool === undefined) {
    return { kind: 'workflow', name: workflow, input: given }
  }
  throw new AppError('body-invalid', {
    detail: 'Give exactly one of "text", "tool" and "workflow".',
    errors: [{ pointer: '', detail: 'Exactly one of "text", "tool" and "workflow" says what to run.' }],
  })
}

type Wanted = { text?: string; tool?: string; workflow?: string; input?: { [key: string]: unknown } }
