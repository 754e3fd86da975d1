/** `/api/v1/provenance`: which side, and which commit, gave each value of a tenant's configuration. */
import { provenanceResource } from '../../history/resource.ts'
import type { TenantHistory } from '../../history/tenant-history.ts'
import { AppError } from '../../kernel/errors.ts'
import { answerJson, type Ctx } from '../exchange.ts'
import { PAGE_PARAMETERS, pageOf, pageSchema } from '../paging.ts'
import type { Route } from '../route.ts'
import { scopeHeaders, type TenantScope } from '../tenant-scope.ts'
import { PATH_PARAMETER, pathOf } from './history.ts'

const SOURCE = {
  from: { enum: ['main', 'tenant'], description: 'Whether the value is the one of main where the branch last met it.' },
  commit: {
    type: ['string', 'null'],
    description: 'In which it got this value; null where that is older than the 10,000 commits that are looked at.',
  },
} as const

const FILE = {
  type: 'object',
  required: ['path', 'from', 'commit'],
  properties: {
    path: { type: 'string' },
    ...SOURCE,
    keys: {
      type: 'array',
      description: 'Of JSON and YAML that can be read: every value that is no object with members.',
      items: {
        type: 'object',
        required: ['pointer', 'from', 'commit'],
        properties: { pointer: { type: 'string', description: 'RFC 6901, into the file.' }, ...SOURCE },
      },
    },
    keysOmitted: { type: 'integer', description: 'How many more there are; `pointer` narrows.' },
  },
} as const

const page = pageSchema(FILE) as { properties: object; required: string[] }
const PROVENANCE = {
  ...page,
  required: ['revision', 'base', 'commits', ...page.required],
  properties: {
    revision: { type: 'string', description: 'The head of the branch.' },
    base: { type: ['string', 'null'], description: 'The commit of main that the branch has last.' },
    ...page.properties,
    commits: {
      type: 'object',
      description: 'What is named above, by id.',
      additionalProperties: {
        type: 'object',
        required: ['author', 'authoredAt', 'subject'],
        properties: {
          author: { type: 'string', description: 'The name.' },
          authoredAt: { type: 'string', format: 'date-time' },
          subject: { type: 'string' },
        },
      },
    },
  },
} as const

export function provenanceRoutes({ history }: { history: TenantHistory }): Route[] {
  return [
    {
      method: 'get',
      path: '/api/v1/provenance',
      access: 'tenant',
      right: 'history:read',
      effect: 'reads',
      operation: {
        id: 'get-provenance',
        summary: 'For every file and key: whether it is of main or of the tenant, and from which commit',
        tag: 'tenant',
        parameters: [
          PATH_PARAMETER,
          {
            name: 'stem',
            in: 'query',
            description: 'Only the file of config/ that gives this key: `features`.',
            schema: { type: 'string' },
          },
          {
            name: 'pointer',
            in: 'query',
            description: 'Only what is at this JSON pointer of a file or below it: `/beta`.',
            schema: { type: 'string' },
          },
          ...PAGE_PARAMETERS,
        ],
        responses: { 200: { description: 'Files of tools/, workflows/ and config/.', schema: PROVENANCE } },
        problems: ['parameter-invalid', 'revision-not-found', 'overloaded'],
      },
      async handle(c: Ctx, scope: TenantScope) {
        const found = await history.provenance({
          tips: history.tipsOf(scope.served),
          path: pathOf(c),
          stem: c.query('stem'),
          pointer: pointerOf(c),
          ...pageOf(c),
        })
        return answerJson(c, provenanceResource(found), { headers: scopeHeaders(scope) })
      },
    },
  ]
}

/** @throws AppError `parameter-invalid` */
function pointerOf(c: Ctx): string | undefined {
  const pointer = c.query('pointer')
  if (pointer === undefined || pointer === '' || pointer.startsWith('/')) return pointer || undefined
  throw new AppError('parameter-invalid', { detail: 'pointer must begin with "/", such as /limits/requests.' })
}
