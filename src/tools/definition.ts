/**
 * What a tool file may say, as one JSON Schema: the server checks files with it, and editors complete from it.
 * Source: JSON Schema 2020-12.
 */
import type { JsonObject } from '../kernel/json.ts'
import { SECRET_NAME } from '../secrets/secret.ts'
import type { SecretReferences } from './secrets.ts'

const CEL = 'CEL expression over the input: its properties by name, `input` (all of it), `stages` and `secrets`'

/** A rule written out. Its members count only where the rule is an object. */
const RULE_PROPERTIES = {
  name: { type: 'string', minLength: 1, maxLength: 200, description: 'What failures call this rule.' },
  field: { type: 'string', minLength: 1, maxLength: 200, description: 'The property of the input that is checked.' },
  required: {
    type: 'boolean',
    description: 'Whether the field must be there; true unless told. A field that is null counts as missing.',
  },
  format: {
    type: 'string',
    maxLength: 1000,
    description: 'Regular expression (RE2) that the text must match.',
    examples: ['^PO-[0-9]{5}$'],
  },
  min: { type: 'number', description: 'Smallest number allowed.' },
  max: { type: 'number', description: 'Largest number allowed.' },
  enum: {
    type: 'array',
    minItems: 1,
    maxItems: 1000,
    items: { type: ['string', 'number', 'boolean'] },
    description: 'The values allowed.',
  },
  when: { type: 'string', minLength: 1, description: `${CEL}. The rule counts only where this is true.` },
  check: { type: 'string', minLength: 1, description: `${CEL}. The rule is met where this is true.` },
  message: {
    type: 'string',
    minLength: 1,
    maxLength: 1000,
    description: 'What failures say instead of our own words.',
  },
} as const satisfies Record<keyof RuleObject, object>

const TOOL_PROPERTIES = {
  $schema: { type: 'string', maxLength: 2048, description: 'Where an editor finds this schema.' },
  name: {
    type: 'string',
    pattern: '^[A-Za-z][A-Za-z0-9_.-]{0,63}$',
    description: 'Name of the tool, unique in its branch: letters, digits, "_", "." and "-", beginning with a letter.',
    examples: ['calculator', 'ACMEPOValidator'],
  },
  version: { type: 'string', maxLength: 64, description: 'Version of the tool, for people.', examples: ['1.2.0'] },
  description: { type: 'string', maxLength: 2000, description: 'What the tool does, in a sentence or two.' },
  category: { type: 'string', maxLength: 64, description: 'Heading under which listings show the tool.' },
  patterns: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    description: 'Sentences that call the tool. A slot in braces takes the property of the input with that name.',
    examples: [['what is {a} {operator} {b}']],
  },
  examples: {
    type: 'array',
    maxItems: 50,
    items: { type: 'string', minLength: 1, maxLength: 500 },
    description: 'Sentences in which people ask for the tool; text that fits no pattern is compared with them.',
  },
  input: {
    type: 'object',
    description: 'JSON Schema 2020-12 of the input. Without one any object is taken.',
    examples: [{ type: 'object', required: ['amount'], properties: { amount: { type: 'number' } } }],
  },
  output: { type: 'object', description: 'JSON Schema 2020-12 of the output. A result that does not match it fails.' },
  secrets: {
    type: 'object',
    minProperties: 1,
    maxProperties: 16,
    description: 'Secrets of the tenant that the expressions see as `secrets.<name>`. Values are never in a file.',
    examples: [{ api_token: { secretRef: 'crm_token' } }],
    propertyNames: { pattern: '^[A-Za-z][A-Za-z0-9_]*$', maxLength: 64 },
    additionalProperties: {
      type: 'object',
      required: ['secretRef'],
      additionalProperties: false,
      properties: {
        secretRef: {
          type: 'string',
          pattern: SECRET_NAME,
          description: 'Name under which the tenant has set the secret.',
        },
      },
    },
  },
  rules: {
    type: 'array',
    minItems: 1,
    maxItems: 200,
    description: 'Makes the tool a validator: what an input must meet, each rule as text or as an object.',
    examples: [['po_number_format: ^PO-[0-9]{5}$', 'max_amount: 1000000', 'required_fields: [department]']],
    items: {
      type: ['string', 'object'],
      minLength: 1,
      maxLength: 2000,
      description: 'One rule.',
      additionalProperties: false,
      properties: RULE_PROPERTIES,
    },
  },
  compute: {
    type: 'object',
    minProperties: 1,
    maxProperties: 64,
    description: 'Makes the tool a calculation: the name of each result, and the CEL expression that gives it.',
    examples: [{ net: 'price * quantity', gross: 'net * 1.2' }],
    propertyNames: { pattern: '^[A-Za-z][A-Za-z0-9_]*$', maxLength: 64 },
    additionalProperties: {
      type: 'string',
      minLength: 1,
      description: `${CEL}, and the results written before it.`,
    },
  },
} as const satisfies Record<keyof ToolDefinition, object>

/** The schema of a tool file, as the server uses it and as it is published. */
export const TOOL_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: '/schemas/tool.json',
  title: 'Espalier tool',
  description: 'One tool of a tenant. It has exactly one implementation: rules or compute.',
  type: 'object',
  required: ['name'],
  oneOf: [{ required: ['rules'] }, { required: ['compute'] }],
  additionalProperties: false,
  properties: TOOL_PROPERTIES,
} as const

export type RuleObject = {
  name?: string
  field?: string
  required?: boolean
  format?: string
  min?: number
  max?: number
  enum?: (string | number | boolean)[]
  when?: string
  check?: string
  message?: string
}

/** A tool file whose value matches `TOOL_SCHEMA`. */
export type ToolDefinition = {
  $schema?: string
  name: string
  version?: string
  description?: string
  category?: string
  patterns?: string[]
  examples?: string[]
  input?: JsonObject
  output?: JsonObject
  secrets?: SecretReferences
  rules?: (string | RuleObject)[]
  compute?: Record<string, string>
}
