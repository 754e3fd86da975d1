/** What every route answers that makes a commit, and what it takes beside the change itself. */
import { commitResource, type WrittenCommit } from '../files/resource.ts'
import { AppError, type ProblemCode } from '../kernel/errors.ts'
import { type AnswerHeaders, answerJson, type Ctx, type Reply } from './exchange.ts'
import type { Operation, Parameter } from './route.ts'
import { scopeHeaders, type TenantScope } from './tenant-scope.ts'

export const COMMIT_ANSWER = {
  type: 'object',
  required: ['status', 'revision', 'changed'],
  properties: {
    status: {
      enum: ['committed', 'unchanged', 'dry-run'],
      description: '`unchanged`: the files are so already, and there is no new commit.',
    },
    revision: {
      type: ['string', 'null'],
      description: 'The commit that the branch holds now; null for a dry run that would make one.',
    },
    parent: { type: 'string', description: 'The commit before it.' },
    changed: { type: 'array', description: 'Paths that are different now, sorted.', items: { type: 'string' } },
    files: {
      type: 'array',
      description: 'The files that were named.',
      items: {
        type: 'object',
        required: ['path', 'oid'],
        properties: {
          path: { type: 'string' },
          oid: { type: ['string', 'null'], description: 'For If-Match of the next change; null = it is gone.' },
          content: { type: 'string', description: 'Dry run: what the file would hold, where it is text.' },
        },
      },
    },
  },
} as const

/** Where the change comes as a JSON body. */
export const COMMIT_RESPONSES: Operation['responses'] = {
  200: { description: 'The files are so already, or it was a dry run.', schema: COMMIT_ANSWER },
  201: { description: 'The branch holds the new commit.', schema: COMMIT_ANSWER },
}

export const WRITE_PARAMETERS: readonly Parameter[] = [
  {
    name: 'dryRun',
    in: 'query',
    description: '`true`: everything is checked and nothing is changed; the answer says what would be.',
    schema: { type: 'boolean', default: false },
  },
]

export const MESSAGE_PARAMETER: Parameter = {
  name: 'message',
  in: 'query',
  description: 'The message of the commit.',
  schema: { type: 'string', maxLength: 10_000 },
}

/** What any commit may be refused for. */
export const COMMIT_PROBLEMS: readonly ProblemCode[] = [
  'branch-busy',
  'branch-checked-out-dirty',
  'change-invalid',
  'not-ready',
  'parameter-invalid',
  'precondition-failed',
  'storage-full',
]

/** What a JSON body may be refused for. */
export const BODY_PROBLEMS: readonly ProblemCode[] = ['body-invalid', 'body-malformed', 'body-too-large']

/** @throws AppError `parameter-invalid` */
export function isDryRun(c: Ctx): boolean {
  const text = c.query('dryRun')
  if (text === undefined || text === 'false') return false
  if (text === 'true') return true
  throw new AppError('parameter-invalid', { detail: 'dryRun must be true or false.' })
}

/** @throws AppError `parameter-invalid` */
export function messageOf(c: Ctx): string | undefined {
  const message = c.query('message')
  if (message === undefined || (message.trim() !== '' && message.length <= 10_000)) return message
  throw new AppError('parameter-invalid', { detail: 'message must have 1 to 10000 characters.' })
}

/** @param made the status where there is a new commit */
export function commitAnswer(
  c: Ctx,
  scope: TenantScope,
  result: WrittenCommit,
  { made = 200, headers = {} }: { made?: 200 | 201; headers?: AnswerHeaders } = {},
): Reply {
  const all = { ...scopeHeaders(scope), ...headers }
  if (result.kind === 'committed') {
    // The commit was validated before the branch moved: it is what the next request gets.
    all['X-Config-Revision'] = result.revision
    delete all['X-Config-Degraded']
  }
  return answerJson(c, commitResource(result), { status: result.kind === 'committed' ? made : 200, headers: all })
}
