/** What the routes of rollouts answer with, and what they have in common. */
import { RUN_STATUSES } from '../../rollouts/runs/run.ts'
import { TENANT_RUN_STATES } from '../../rollouts/runs/tenant-state.ts'
import type { Parameter } from '../route.ts'

const COUNTS = {
  type: 'object',
  description: 'Tenants by state.',
  properties: Object.fromEntries(TENANT_RUN_STATES.map((state) => [state, { type: 'integer' }])),
} as const

const INSTANT = { type: ['string', 'null'], format: 'date-time' } as const

export const ROLLOUT = {
  type: 'object',
  required: ['id', 'status', 'from', 'plan', 'waves', 'wave', 'approval', 'thresholds', 'counts', 'actions', 'version'],
  properties: {
    id: { type: 'string' },
    status: { enum: RUN_STATUSES },
    reason: { type: ['string', 'null'], description: 'Why it is paused, or was aborted.' },
    from: { type: 'string', description: 'The commit that is merged.' },
    plan: {
      type: ['string', 'null'],
      description: 'The same for the same heads and outcomes; the trailer `Rollout-Plan`.',
    },
    select: { type: 'object' },
    waves: { type: 'array', items: { type: 'object' }, description: 'Those that have tenants, in order.' },
    wave: {
      type: 'object',
      description: 'The wave that is under way.',
      properties: {
        index: { type: 'integer', description: 'From 0.' },
        due: { type: 'integer' },
        done: { type: 'integer' },
        etaSeconds: { type: ['number', 'null'], description: 'As fast as so far; null where nothing moves.' },
        startedAt: INSTANT,
        gateAt: { ...INSTANT, description: 'When its gate decides.' },
      },
    },
    approval: { enum: ['manual', 'automatic'] },
    thresholds: { type: 'object' },
    startAt: INSTANT,
    counts: COUNTS,
    actions: {
      type: 'array',
      items: { type: 'string' },
      description: 'What can be done now: the last part of the path.',
    },
    remote: {
      type: ['object', 'null'],
      description: 'The push to the remote; null where there is none.',
      properties: {
        due: { type: 'integer' },
        pushed: { type: 'integer' },
        refused: { type: 'integer' },
        error: { type: ['string', 'null'], description: 'Why the last push failed; it is tried again.' },
      },
    },
    by: { type: 'string' },
    createdAt: INSTANT,
    updatedAt: INSTANT,
    startedAt: INSTANT,
    finishedAt: INSTANT,
    version: { type: 'integer' },
  },
} as const

export const ROLLOUT_TENANT = {
  type: 'object',
  required: ['tenant', 'wave', 'state', 'head', 'files'],
  properties: {
    tenant: { type: 'string' },
    wave: { type: 'integer' },
    state: { enum: TENANT_RUN_STATES },
    reason: { type: 'string' },
    head: { type: 'string', description: 'The commit that it was planned on, or merged into.' },
    merge: { type: 'string', description: 'The merge commit.' },
    revert: { type: 'string', description: 'The commit that took it back.' },
    files: {
      type: 'array',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, change: { enum: ['added', 'changed', 'deleted'] } },
      },
    },
    errors: { type: 'array', items: { type: 'object' }, description: 'What would be wrong with the merged tree.' },
    remote: { enum: ['due', 'pushed', 'refused'] },
  },
} as const

export const PREVIEW = {
  type: 'object',
  required: ['from', 'plan', 'waves', 'counts', 'tenants'],
  properties: {
    from: { type: 'string' },
    plan: { type: 'string' },
    waves: ROLLOUT.properties.waves,
    counts: COUNTS,
    tenants: { type: 'array', items: ROLLOUT_TENANT },
  },
} as const

const TEXT_OR_NULL = { type: ['string', 'null'] } as const

export const CONFLICT = {
  type: 'object',
  required: ['fingerprint', 'path', 'pointer', 'kind', 'base', 'ours', 'theirs', 'rollout', 'tenants'],
  properties: {
    fingerprint: { type: 'string', description: 'Equal for equal disagreements.' },
    path: { type: 'string' },
    pointer: { type: 'string', description: 'RFC 6901, into the value of the file.' },
    kind: { type: 'string' },
    base: TEXT_OR_NULL,
    ours: { ...TEXT_OR_NULL, description: "The tenants'." },
    theirs: { ...TEXT_OR_NULL, description: "The trunk's." },
    rollout: { type: 'string' },
    tenants: { type: 'array', items: { type: 'string' } },
  },
} as const

export const HOLD = {
  type: 'object',
  required: ['tenant', 'reason', 'until', 'by', 'at'],
  properties: {
    tenant: { type: 'string' },
    reason: { type: 'string' },
    until: INSTANT,
    by: { type: 'string' },
    at: { type: 'string', format: 'date-time' },
  },
} as const

export const ROLLOUT_PATH: readonly Parameter[] = [
  { name: 'id', in: 'path', description: 'The rollout.', schema: { type: 'string' } },
]
