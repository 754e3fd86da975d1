/** `/api/v1/history`: the commits of a tenant's branch. */
import type { GitHistory } from '../../git/history.ts'
import { AppError } from '../../kernel/errors.ts'
import { type Oid, parseOid } from '../../kernel/ids.ts'
import type { Served } from '../../snapshots/snapshot.ts'
import { answerJson, type Ctx } from '../exchange.ts'
import { PAGE_PARAMETERS, pageOf, pageSchema } from '../paging.ts'
import type { Route } from '../route.ts'
import { scopeHeaders, type TenantScope } from '../tenant-scope.ts'

const COMMIT = {
  type: 'object',
  required: ['id', 'parents', 'author', 'authoredAt', 'subject'],
  properties: {
    id: { type: 'string' },
    parents: { type: 'array', items: { type: 'string' } },
    author: {
      type: 'object',
      required: ['name', 'email'],
      properties: { name: { type: 'string' }, email: { type: 'string' } },
    },
    authoredAt: { type: 'string', format: 'date-time' },
    subject: { type: 'string' },
  },
} as const

export function historyRoutes({ history }: { history: GitHistory }): Route[] {
  return [
    {
      method: 'get',
      path: '/api/v1/history',
      access: 'tenant',
      right: 'history:read',
      effect: 'reads',
      operation: {
        id: 'list-history',
        summary: "The commits of the tenant's branch, newest first",
        tag: 'tenant',
        parameters: PAGE_PARAMETERS,
        responses: { 200: { description: 'A page of commits.', schema: pageSchema(COMMIT) } },
        problems: ['parameter-invalid'],
      },
      async handle(c: Ctx, scope: TenantScope) {
        const { pageSize, pageToken } = pageOf(c)
        const start = await startOf(headOf(scope.served), pageToken)
        const commits = await history.log({ start, limit: pageSize + 1 })
        const next = commits[pageSize]
        const body = { items: commits.slice(0, pageSize), ...(next ? { nextPageToken: next.id } : {}) }
        return answerJson(c, body, { headers: scopeHeaders(scope) })
      },
    },
  ]

  /** A token is a commit id, so it could be a neighbour's: only one of this branch's own history is followed. */
  async function startOf(head: Oid, pageToken: string | undefined): Promise<Oid> {
    if (pageToken === undefined) return head
    const token = parseOid(pageToken)
    if (token && (await history.contains(head, token))) return token
    throw new AppError('parameter-invalid', { detail: 'pageToken must be what an earlier page gave as nextPageToken.' })
  }
}

/** The head of the branch, valid or not. */
const headOf = (served: Served): Oid => (served.kind === 'live' ? served.snapshot.revision : served.refused.revision)
