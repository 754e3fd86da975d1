/** `/api/v1/compare`: what differs between two revisions of a tenant's history, or of `main`. */
import { comparedResource } from '../../history/resource.ts'
import type { TenantHistory } from '../../history/tenant-history.ts'
import { AppError } from '../../kernel/errors.ts'
import { answerJson, answerText, type Ctx } from '../exchange.ts'
import { PAGE_PARAMETERS, pageOf, pageSchema } from '../paging.ts'
import type { Route } from '../route.ts'
import { scopeHeaders, type TenantScope } from '../tenant-scope.ts'
import { CHANGED_FILE, PATH_PARAMETER, pathOf, revisionParameter } from './history.ts'

const VALUE_CHANGE = {
  type: 'object',
  required: ['pointer', 'change'],
  properties: {
    pointer: { type: 'string', description: 'RFC 6901, into the file.' },
    change: { enum: ['added', 'removed', 'changed'] },
    from: { description: 'The value before.' },
    to: { description: 'The value after.' },
    fromBytes: { type: 'integer', description: 'In place of a `from` that is longer than 4096 bytes.' },
    toBytes: { type: 'integer' },
  },
} as const

const COMPARED_FILE = {
  ...CHANGED_FILE,
  properties: {
    ...CHANGED_FILE.properties,
    values: {
      type: 'array',
      description: 'Of JSON and YAML: what changed, by pointer. Empty where layout and comments alone did.',
      items: VALUE_CHANGE,
    },
    valuesOmitted: { type: 'integer', description: 'How many more changed values there are.' },
    unreadable: { type: 'string', description: 'Why the values of a JSON or YAML file cannot be told.' },
  },
} as const

const page = pageSchema(COMPARED_FILE) as { properties: object; required: string[] }
const COMPARED = {
  ...page,
  required: ['from', 'to', 'summary', ...page.required],
  properties: {
    from: { type: 'string', description: 'The commit.' },
    to: { type: 'string' },
    summary: {
      type: 'object',
      description: 'How many files differ, on all pages.',
      properties: Object.fromEntries(
        CHANGED_FILE.properties.change.enum.map((change) => [change, { type: 'integer' }]),
      ),
    },
    ...page.properties,
  },
} as const

const DIFF_TYPE = 'text/x-diff; charset=utf-8'

export function compareRoutes({ history }: { history: TenantHistory }): Route[] {
  return [
    {
      method: 'get',
      path: '/api/v1/compare',
      access: 'tenant',
      right: 'history:read',
      effect: 'reads',
      operation: {
        id: 'compare',
        summary: "What differs between two revisions of the tenant's branch or of main, by file and by value",
        description: 'With `format=diff` the answer is text, as `git diff` prints it, of at most 1 MiB.',
        tag: 'tenant',
        parameters: [
          revisionParameter('from', 'The revision before', 'main'),
          revisionParameter('to', 'The revision after', 'head'),
          PATH_PARAMETER,
          {
            name: 'format',
            in: 'query',
            description: '`diff`: as text.',
            schema: { enum: ['json', 'diff'], default: 'json' },
          },
          ...PAGE_PARAMETERS,
        ],
        responses: {
          200: {
            description: 'The files that differ.',
            schema: COMPARED,
            onRequest: { 'text/x-diff': { type: 'string' } },
          },
        },
        problems: ['parameter-invalid', 'revision-not-found', 'overloaded'],
      },
      async handle(c: Ctx, scope: TenantScope) {
        const request = {
          tips: history.tipsOf(scope.served),
          from: c.query('from') ?? 'main',
          to: c.query('to') ?? 'head',
          path: pathOf(c),
        }
        const headers = scopeHeaders(scope)
        if (formatOf(c) === 'diff') {
          return answerText(c, await history.patch(request), { contentType: DIFF_TYPE, headers })
        }
        const compared = await history.compare({ ...request, ...pageOf(c) })
        return answerJson(c, comparedResource(compared), { headers })
      },
    },
  ]
}

function formatOf(c: Ctx): 'json' | 'diff' {
  const format = c.query('format') ?? 'json'
  if (format === 'json' || format === 'diff') return format
  throw new AppError('parameter-invalid', { detail: 'format must be json or diff.' })
}
