/** `/api/v1/history`: the commits of a tenant's branch. */
import type { Actor } from '../../access/actor.ts'
import { commitResource } from '../../history/resource.ts'
import { REVISION_PATTERN } from '../../history/revisions.ts'
import type { TenantHistory } from '../../history/tenant-history.ts'
import { AppError } from '../../kernel/errors.ts'
import { answerJson, type Ctx } from '../exchange.ts'
import { PAGE_PARAMETERS, pageOf, pageSchema } from '../paging.ts'
import type { Parameter, Route } from '../route.ts'
import { scopeHeaders, type TenantScope } from '../tenant-scope.ts'

const PERSON = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string' },
    email: { type: 'string', description: 'Absent for commits of main where a tenant asks.' },
  },
} as const

export const CHANGED_FILE = {
  type: 'object',
  required: ['path', 'change'],
  properties: {
    path: { type: 'string' },
    change: { enum: ['added', 'deleted', 'modified', 'renamed'] },
    previousPath: { type: 'string', description: 'Where a renamed file was.' },
  },
} as const

const SIGNATURE = {
  type: 'object',
  required: ['state'],
  properties: {
    state: { enum: ['verified', 'unverified', 'unsigned'] },
    principal: { type: 'string', description: 'Whom the key signs for.' },
    fingerprint: { type: 'string', description: 'Of the key that it was, or claims to be, made by.' },
    reason: { type: 'string', description: 'Why it is not believed.' },
  },
} as const

const COMMIT = {
  type: 'object',
  required: [
    'id',
    'parents',
    'from',
    'author',
    'authoredAt',
    'committer',
    'committedAt',
    'subject',
    'trailers',
    'signature',
  ],
  properties: {
    id: { type: 'string' },
    parents: { type: 'array', items: { type: 'string' } },
    from: { enum: ['main', 'tenant'], description: 'Whether main has the commit too.' },
    author: PERSON,
    authoredAt: { type: 'string', format: 'date-time' },
    committer: PERSON,
    committedAt: { type: 'string', format: 'date-time' },
    subject: { type: 'string' },
    body: { type: 'string', description: 'The rest of the message.' },
    trailers: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'value'],
        properties: { name: { type: 'string' }, value: { type: 'string' } },
      },
    },
    signature: SIGNATURE,
    files: {
      type: 'array',
      description: 'With `include=files`: what it changed of its first parent.',
      items: CHANGED_FILE,
    },
    filesOmitted: { type: 'integer', description: 'How many more there are.' },
  },
} as const

export const PATH_PARAMETER: Parameter = {
  name: 'path',
  in: 'query',
  description: 'Only what concerns this file or folder, taken literally: `tools/invoice.yaml` or `config`.',
  schema: { type: 'string', maxLength: 1024 },
}

/** @param what what it is taken for; @param initial what holds where it is not given */
export const revisionParameter = (name: string, what: string, initial: string): Parameter => ({
  name,
  in: 'query',
  description: `${what}: \`head\`, \`main\`, \`base\` (where the branch and main last met) or an id, with \`~n\` for n first parents before it.`,
  schema: { type: 'string', default: initial, pattern: REVISION_PATTERN },
})

const INCLUDE: Parameter = {
  name: 'include',
  in: 'query',
  description: '`files`: the files that each commit changed.',
  schema: { enum: ['files'] },
}

export function historyRoutes({ history }: { history: TenantHistory }): Route[] {
  return [
    {
      method: 'get',
      path: '/api/v1/history',
      access: 'tenant',
      right: 'history:read',
      effect: 'reads',
      operation: {
        id: 'list-history',
        summary: "The commits of the tenant's branch, newest first, each with the state of its signature",
        tag: 'tenant',
        parameters: [
          revisionParameter('revision', 'Where to begin', 'head'),
          PATH_PARAMETER,
          INCLUDE,
          ...PAGE_PARAMETERS,
        ],
        responses: { 200: { description: 'A page of commits.', schema: pageSchema(COMMIT) } },
        problems: ['parameter-invalid', 'revision-not-found', 'overloaded'],
      },
      async handle(c: Ctx, scope: TenantScope) {
        const { items, nextPageToken } = await history.page({
          tips: history.tipsOf(scope.served),
          revision: c.query('revision') ?? 'head',
          path: pathOf(c),
          withFiles: includesFiles(c),
          ...pageOf(c),
        })
        const showsAddresses = isOperator(scope.origin.actor)
        const body = {
          items: items.map((item) => commitResource(item, { showsAddresses })),
          ...(nextPageToken === undefined ? {} : { nextPageToken }),
        }
        return answerJson(c, body, { headers: scopeHeaders(scope) })
      },
    },
  ]
}

/** Whether who asks runs the service, and so may see who works on the trunk. */
const isOperator = (actor: Actor): boolean => actor.kind !== 'key' || actor.tenant === null

/** @throws AppError `parameter-invalid` */
export function pathOf(c: Ctx): string | undefined {
  const path = c.query('path')?.replace(/\/$/, '')
  if (path === undefined || path === '') return undefined
  const isSound = path.length <= 1024 && !path.includes('\0') && !path.split('/').some((part) => REFUSED.has(part))
  if (isSound) return path
  throw new AppError('parameter-invalid', {
    detail: 'path must be a file or folder of the branch, such as tools/invoice.yaml, without "..".',
  })
}

const REFUSED: ReadonlySet<string> = new Set(['', '.', '..'])

function includesFiles(c: Ctx): boolean {
  const include = c.query('include')
  if (include === undefined || include === 'files') return include === 'files'
  throw new AppError('parameter-invalid', { detail: 'include takes "files" and nothing else.' })
}
