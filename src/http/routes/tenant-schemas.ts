/** What the routes of tenants answer with, and what they have in common. */
import { PROFILE_PROPERTIES } from '../../tenants/profile.ts'
import { TENANT_STATUSES } from '../../tenants/tenant.ts'
import type { Parameter } from '../route.ts'

export const TENANT = {
  type: 'object',
  required: [
    'tenant_id',
    'status',
    ...Object.keys(PROFILE_PROPERTIES),
    'namespace',
    'branch',
    'task_queue',
    'origin',
    'version',
    'created_at',
    'updated_at',
    'state',
    'behind_main',
  ],
  properties: {
    tenant_id: { type: 'string' },
    status: { enum: TENANT_STATUSES },
    ...PROFILE_PROPERTIES,
    namespace: { type: 'string' },
    branch: { type: 'string' },
    task_queue: { type: 'string' },
    origin: { enum: ['created', 'adopted'], description: '`adopted`: its branch was made by hand.' },
    version: { type: 'integer', description: 'One more with each change; also the ETag.' },
    created_at: { type: 'string', format: 'date-time' },
    updated_at: { type: 'string', format: 'date-time' },
    suspended_at: { type: 'string', format: 'date-time' },
    deleted_at: { type: 'string', format: 'date-time' },
    state: { enum: ['live', 'degraded', 'invalid', 'branch-missing', 'branch-unreadable'] },
    behind_main: { type: 'boolean', description: 'Whether the trunk has commits that the branch lacks.' },
    detail: { type: 'string', description: 'Why the branch cannot be read, and what would be right.' },
    head: { type: 'string', description: 'The newest commit of the branch.' },
    serving: { type: 'string', description: 'The commit that answers, where that is not the head.' },
    errors: { type: 'array', items: { type: 'object' }, description: 'Everything that is wrong with the head.' },
  },
} as const

export const TENANT_PATH: readonly Parameter[] = [
  { name: 'id', in: 'path', description: 'The tenant.', schema: { type: 'string' } },
]

export const BODY_PROBLEMS = ['body-malformed', 'body-invalid', 'body-too-large'] as const
/** What `Accept: text/plain` gets. */
export const AS_TEXT = { 'text/plain': { type: 'string' } } as const

export const TEXT_NOTE = 'With `Accept: text/plain` the answer is for people.'
