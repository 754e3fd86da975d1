/** `/api/v1/history`: the commits of a tenant's branch. */
import type { Actor } from '../../access/actor.ts'
import type { History, HistoryItem } from '../../history/history.ts'
import type { FileChange } from '../../history/repository.ts'
import { REVISION_PATTERN, type Tips } from '../../history/revisions.ts'
import type { Trailer } from '../../history/trailers.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Oid } from '../../kernel/ids.ts'
import { headOf } from '../../snapshots/snapshot.ts'
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

const CHANGED_FILE = {
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

/** Files of one commit that are listed; a first commit has them all. */
const MAX_FILES = 200

const PATH_PARAMETER: Parameter = {
  name: 'path',
  in: 'query',
  description: 'Only what concerns this file or folder, taken literally: `tools/invoice.yaml` or `config`.',
  schema: { type: 'string', maxLength: 1024 },
}

const REVISION: Parameter = {
  name: 'revision',
  in: 'query',
  description:
    'Where to begin: `head`, `main`, `base` (where the branch and main last met) or an id, with `~n` for n first parents before it.',
  schema: { type: 'string', default: 'head', pattern: REVISION_PATTERN },
}

const INCLUDE: Parameter = {
  name: 'include',
  in: 'query',
  description: '`files`: the files that each commit changed.',
  schema: { enum: ['files'] },
}

export function historyRoutes({ history, trunkHead }: { history: History; trunkHead: () => Oid }): Route[] {
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
        parameters: [REVISION, PATH_PARAMETER, INCLUDE, ...PAGE_PARAMETERS],
        responses: { 200: { description: 'A page of commits.', schema: pageSchema(COMMIT) } },
        problems: ['parameter-invalid', 'revision-not-found', 'overloaded'],
      },
      async handle(c: Ctx, scope: TenantScope) {
        const { items, nextPageToken } = await history.page({
          tips: tipsOf(scope, trunkHead),
          revision: c.req.query('revision') ?? 'head',
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

/** The head of the branch, valid or not, and that of the trunk. */
const tipsOf = ({ served }: TenantScope, trunkHead: () => Oid): Tips => ({
  head: headOf(served),
  trunk: trunkHead(),
})

/** Whether who asks runs the service, and so may see who works on the trunk. */
const isOperator = (actor: Actor): boolean => actor.kind !== 'key' || actor.tenant === null

/** @throws AppError `parameter-invalid` */
function pathOf(c: Ctx): string | undefined {
  const path = c.req.query('path')?.replace(/\/$/, '')
  if (path === undefined || path === '') return undefined
  const isSound = path.length <= 1024 && !path.includes('\0') && !path.split('/').some((part) => REFUSED.has(part))
  if (isSound) return path
  throw new AppError('parameter-invalid', {
    detail: 'path must be a file or folder of the branch, such as tools/invoice.yaml, without "..".',
  })
}

const REFUSED: ReadonlySet<string> = new Set(['', '.', '..'])

function includesFiles(c: Ctx): boolean {
  const include = c.req.query('include')
  if (include === undefined || include === 'files') return include === 'files'
  throw new AppError('parameter-invalid', { detail: 'include takes "files" and nothing else.' })
}

/**
 * What the tenant inherited was written by people of the service, whose addresses are none of the tenant's business:
 * they are left out of authors, committers and trailers of the trunk's commits. Messages are shown as they are.
 */
function commitResource(
  { commit, from, signature, files }: HistoryItem,
  { showsAddresses }: { showsAddresses: boolean },
) {
  const isShown = showsAddresses || from === 'tenant'
  const person = ({ name, email }: { name: string; email: string }) => (isShown ? { name, email } : { name })
  const trailer = ({ name, value }: Trailer) => ({
    name,
    value: isShown ? value : value.replace(/ ?<[^<>]*@[^<>]*>/g, ''),
  })
  return {
    id: commit.id,
    parents: commit.parents,
    from,
    author: person(commit.author),
    authoredAt: commit.authoredAt,
    committer: person(commit.committer),
    committedAt: commit.committedAt,
    subject: commit.subject,
    ...(commit.body === '' ? {} : { body: commit.body }),
    trailers: commit.trailers.map(trailer),
    signature,
    ...(files ? filesResource(files) : {}),
  }
}

const filesResource = (files: readonly FileChange[]) => ({
  files: files.slice(0, MAX_FILES).map(changedFile),
  ...(files.length > MAX_FILES ? { filesOmitted: files.length - MAX_FILES } : {}),
})

const changedFile = ({ path, change, previousPath }: FileChange) => ({
  path,
  change,
  ...(previousPath === undefined ? {} : { previousPath }),
})
