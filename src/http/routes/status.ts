/** `/api/v1/status`: where a tenant's branch stands, and everything that is wrong with its head. */
import type { BehindFinder } from '../../git/history/behind.ts'
import type { RefName, TenantId } from '../../kernel/ids.ts'
import { problemItems } from '../../snapshots/require-snapshot.ts'
import { headOf } from '../../snapshots/snapshot.ts'
import type { Standings } from '../../snapshots/standings.ts'
import { answerJson, type Ctx } from '../exchange.ts'
import type { Route } from '../route.ts'
import { scopeHeaders, type TenantScope } from '../tenant-scope.ts'

const STATUS = {
  title: "Where a tenant's branch stands",
  type: 'object',
  required: ['tenant', 'state', 'head', 'revision', 'since', 'behindMain', 'errors'],
  properties: {
    tenant: { type: 'string' },
    state: {
      enum: ['live', 'degraded', 'invalid'],
      description: 'The head answers; an earlier commit does, as the head is not valid; or none does.',
    },
    head: { type: 'string', description: 'The newest commit of the branch.' },
    revision: { type: ['string', 'null'], description: 'The commit that answers.' },
    since: {
      type: ['string', 'null'],
      format: 'date-time',
      description: 'When the server first found it so; for `live`, when this commit began to answer.',
    },
    behindMain: { type: 'boolean', description: 'Whether main has commits that the branch lacks.' },
    errors: { type: 'array', items: { type: 'object' }, description: 'Everything that is wrong with the head.' },
  },
} as const

export type StatusDeps = {
  standings: Pick<Standings, 'find'>
  behindFinder: BehindFinder
  trunk: RefName
  refOf(tenant: TenantId): RefName
}

export const statusRoutes = ({ standings, behindFinder, trunk, refOf }: StatusDeps): Route[] => [
  {
    method: 'get',
    path: '/api/v1/status',
    access: 'tenant',
    right: 'config:read',
    effect: 'reads',
    operation: {
      id: 'get-status',
      summary: "Where the tenant's branch stands",
      description: 'Answers also where the head of the branch is not valid, with every error in it.',
      tag: 'tenant',
      responses: { 200: { description: 'The state of the branch.', schema: STATUS } },
    },
    async handle(c: Ctx, scope: TenantScope) {
      const { tenant, served } = scope
      const [standing, behind] = await Promise.all([
        standings.find(tenant),
        behindFinder.behind(trunk, [refOf(tenant)]),
      ])
      const status = {
        tenant,
        state: served.kind,
        head: headOf(served),
        revision: served.kind === 'invalid' ? null : served.snapshot.revision,
        since: standing ? new Date(standing.sinceMs).toISOString() : null,
        behindMain: behind.size > 0,
        errors: served.kind === 'live' ? [] : problemItems(served.refused.problems),
      }
      return answerJson(c, status, { headers: scopeHeaders(scope) })
    },
  },
]
