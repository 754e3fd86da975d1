/** The plans file: its schema, and its text to plans or to what is wrong with it. Pure. */
import type { FromSchema } from 'json-schema-to-ts'
import type { Finding } from '../documents/document.ts'
import { parseDocument } from '../documents/parse.ts'
import { compileValidator } from '../schemas/ajv.ts'
import { effectiveLimits, LIMIT_PROPERTIES, type Plan, readLimits, UNLIMITED } from './plan.ts'

const PLAN_NAME = '^[a-z][a-z0-9_-]{0,39}$'

const PLANS_SCHEMA = {
  title: 'Plans of Espalier',
  type: 'object',
  propertyNames: { pattern: PLAN_NAME },
  additionalProperties: {
    type: 'object',
    properties: { ...LIMIT_PROPERTIES, features: { type: 'array', items: { type: 'string' }, maxItems: 200 } },
    additionalProperties: false,
  },
  maxProperties: 100,
} as const

type PlansFile = Record<string, FromSchema<(typeof PLANS_SCHEMA)['additionalProperties']>>

export type Plans = ReadonlyMap<string, Plan>

const validate = compileValidator(PLANS_SCHEMA)

/** The plans that `bytes` define, and the one that is always there. What a plan does not limit is unlimited. */
export function readPlans(
  bytes: Uint8Array,
): { kind: 'plans'; plans: Plans } | { kind: 'rejected'; findings: readonly Finding[] } {
  const parsed = parseDocument('plans.yaml', bytes)
  if (parsed.kind === 'rejected') return parsed
  const { document } = parsed
  const findings = validate(document.value).map(({ part, ...violation }) => ({
    ...violation,
    ...document.locate(violation.pointer, part),
  }))
  const file = document.value as PlansFile
  if (findings.length === 0 && Object.hasOwn(file, UNLIMITED.name)) {
    const detail = `The plan \`${UNLIMITED.name}\` is always there and has no limits; give this one another name.`
    const pointer = `/${UNLIMITED.name}`
    findings.push({ pointer, code: 'plan-reserved', detail, ...document.locate(pointer, 'key') })
  }
  if (findings.length > 0) return { kind: 'rejected', findings }
  const plans = Object.entries(file).map(([name, { features = [], ...limits }]) => ({
    name,
    limits: effectiveLimits(UNLIMITED, readLimits(limits)),
    features,
  }))
  return { kind: 'plans', plans: new Map([UNLIMITED, ...plans].map((plan) => [plan.name, plan])) }
}
