/** `config/policy.yaml` on a tenant's branch: its JSON Schema, and what it means. */
import type { Json } from '../kernel/json.ts'
import { isJsonObject } from '../kernel/json.ts'
import { ALL_ALLOWED, type Policy } from './policy.ts'

const NAMES = { type: 'array', items: { type: 'string', minLength: 1, maxLength: 128 }, maxItems: 1000 } as const

export const POLICY_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: '/schemas/policy.json',
  title: 'Policy',
  description: 'What this branch may use. The operator can allow less, never more.',
  type: 'object',
  additionalProperties: false,
  properties: {
    allowed_models: { ...NAMES, description: 'Models that callers may name; all where this is left out.' },
    allowed_tools: { ...NAMES, description: 'Tools that may run, by name; all where this is left out.' },
  },
} as const

/** @param value of a file that matches the schema; undefined where there is none */
export function policyOf(value: Json | undefined): Policy {
  if (!isJsonObject(value)) return ALL_ALLOWED
  const { allowed_models: models, allowed_tools: tools } = value as {
    allowed_models?: string[]
    allowed_tools?: string[]
  }
  return { allowedModels: models ? new Set(models) : null, allowedTools: tools ? new Set(tools) : null }
}
