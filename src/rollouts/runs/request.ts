/** What people ask for when they start a run: its form, and what is left out. Pure. */
import type { FromSchema } from 'json-schema-to-ts'
import { AppError } from '../../kernel/errors.ts'
import { parseTenantId, TENANT_ID_FORM, type TenantId } from '../../kernel/ids.ts'
import { DEFAULT_THRESHOLDS, type Thresholds } from './gate.ts'
import type { Approval, Selection } from './run.ts'
import { DEFAULT_WAVES, type WaveSpec } from './waves.ts'

const LABELS = { type: 'object', additionalProperties: { type: 'string' }, minProperties: 1 } as const
const TENANTS = { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 10_000, uniqueItems: true } as const

export const ROLLOUT_SCHEMA = {
  title: 'A rollout',
  type: 'object',
  properties: {
    from: {
      type: 'string',
      minLength: 1,
      maxLength: 200,
      description: 'The commit to merge; without it, the head of the trunk.',
    },
    select: {
      type: 'object',
      description: 'Whom it is for; all that is given has to fit. Without it, every tenant.',
      properties: { labels: LABELS, plan: { type: 'string' }, tenants: TENANTS },
      additionalProperties: false,
    },
    waves: {
      type: 'array',
      minItems: 1,
      maxItems: 50,
      description: 'Who gets it first. Without it, 1 %, 10 %, 50 % and the rest. Whom no wave names is in a last one.',
      items: {
        oneOf: [
          {
            type: 'object',
            required: ['percent'],
            properties: { percent: { type: 'number', exclusiveMinimum: 0, maximum: 100 } },
            additionalProperties: false,
          },
          { type: 'object', required: ['labels'], properties: { labels: LABELS }, additionalProperties: false },
          { type: 'object', required: ['tenants'], properties: { tenants: TENANTS }, additionalProperties: false },
        ],
      },
    },
    approval: {
      enum: ['manual', 'automatic'],
      default: 'manual',
      description: '`manual`: a person approves the plan, and each wave after the first.',
    },
    thresholds: {
      type: 'object',
      description: 'What pauses it.',
      properties: {
        failures: { type: 'integer', minimum: 0, default: 0, description: 'Tenants of a wave that may fail.' },
        failureShare: {
          type: 'number',
          minimum: 0,
          maximum: 1,
          default: 1,
          description: 'The share of a wave that may fail.',
        },
        errorRateIncrease: {
          type: 'number',
          minimum: 0,
          maximum: 1,
          default: 0.05,
          description: 'By how much the share of failed executions may grow over the hour before the wave.',
        },
        watchSeconds: {
          type: 'integer',
          minimum: 0,
          maximum: 604_800,
          default: 0,
          description: 'How long a wave is watched.',
        },
      },
      additionalProperties: false,
    },
    startAt: { type: 'string', format: 'date-time', description: 'When the first wave goes out, at the earliest.' },
    dryRun: { type: 'boolean', default: false, description: 'Only say what would happen; nothing is kept.' },
  },
  additionalProperties: false,
} as const

type RolloutBody = FromSchema<typeof ROLLOUT_SCHEMA>

export type RolloutRequest = {
  /** undefined = the head of the trunk. */
  from: string | undefined
  select: Selection
  waves: readonly WaveSpec[]
  approval: Approval
  thresholds: Thresholds
  startAt: number | null
  isDryRun: boolean
}

/** @throws AppError `body-invalid` where a tenant id or a wave is none */
export function rolloutRequest(body: unknown): RolloutRequest {
  const {
    from,
    select = {},
    waves,
    approval = 'manual',
    thresholds = {},
    startAt,
    dryRun = false,
  } = body as RolloutBody
  return {
    from,
    select: {
      labels: select.labels ?? {},
      plan: select.plan ?? null,
      tenants: select.tenants?.map((id, i) => tenantAt(id, `/select/tenants/${i}`)) ?? null,
    },
    waves: waves?.map((wave, i) => waveOf(wave, `/waves/${i}`)) ?? DEFAULT_WAVES,
    approval,
    thresholds: { ...DEFAULT_THRESHOLDS, ...thresholds },
    startAt: startAt === undefined ? null : Date.parse(startAt),
    isDryRun: dryRun,
  }
}

type Wave = NonNullable<RolloutBody['waves']>[number]

function waveOf(wave: Wave, pointer: string): WaveSpec {
  if ('percent' in wave) return { kind: 'percent', percent: wave.percent as number }
  if ('labels' in wave) return { kind: 'labels', labels: wave.labels as Record<string, string> }
  const tenants = wave.tenants as readonly string[]
  return { kind: 'tenants', tenants: tenants.map((id, i) => tenantAt(id, `${pointer}/tenants/${i}`)) }
}

export function tenantAt(text: string, pointer: string): TenantId {
  const id = parseTenantId(text)
  if (id) return id
  const detail = `"${text}" is no tenant id: ${TENANT_ID_FORM}.`
  throw new AppError('body-invalid', { detail, errors: [{ pointer, detail }] })
}
