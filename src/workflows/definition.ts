/**
 * The form of a workflow's file: the published JSON Schema and the same as a type.
 * Invariant: whatever this schema lets through is run as written; there are no members that are kept for later.
 */
import type { JsonObject } from '../kernel/json.ts'
import { DURATION_FORM, DURATION_PATTERN } from './duration.ts'

/** Members of one list of stages or activities. */
const MAX_CALLS = 100

const NAME_PATTERN = '^[A-Za-z][A-Za-z0-9_.-]{0,63}$'

/** What tells a group from a call with fixed inputs. */
const IS_GROUP = { type: 'object', anyOf: [{ required: ['activities'] }, { required: ['name'] }] } as const

const DURATION = { type: 'string', pattern: DURATION_PATTERN, examples: ['30s'] } as const

export const WORKFLOW_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: '/schemas/workflow.json',
  title: 'Workflow',
  description:
    'Stages that run one after the other; each calls a tool or another workflow, or is a group of such calls.',
  type: 'object',
  required: ['name', 'stages'],
  additionalProperties: false,
  properties: {
    $schema: { title: 'Schema', description: 'Where an editor finds this schema.', type: 'string', maxLength: 2048 },
    name: {
      title: 'Name',
      description: 'What the workflow is called by, unique among the tools and workflows of a tenant.',
      type: 'string',
      pattern: NAME_PATTERN,
    },
    version: { title: 'Version', description: 'For people; runs are tied to commits.', type: 'string', maxLength: 64 },
    description: {
      title: 'Description',
      description: 'What the workflow does, in a sentence; free text is matched against it.',
      type: 'string',
      maxLength: 2000,
    },
    category: { title: 'Category', description: 'Heading under which lists show it.', type: 'string', maxLength: 64 },
    patterns: {
      title: 'Patterns',
      description: 'Sentences with slots that start it, such as "close the books of {month}".',
      type: 'array',
      maxItems: 50,
      items: {
        title: 'Pattern',
        description: 'A slot is a name in braces.',
        type: 'string',
        minLength: 1,
        maxLength: 500,
      },
    },
    examples: {
      title: 'Examples',
      description: 'Sentences that should start it; free text is matched against them.',
      type: 'array',
      maxItems: 50,
      items: { title: 'Example', description: 'One sentence.', type: 'string', minLength: 1, maxLength: 500 },
    },
    input: {
      title: 'Input',
      description: 'JSON Schema (2020-12) of the input; a run whose input does not match it does not start.',
      type: 'object',
    },
    timeout: {
      title: 'Timeout',
      description: `How long a run may take: ${DURATION_FORM}. Without it, 60s.`,
      ...DURATION,
    },
    stages: {
      title: 'Stages',
      description: 'Run in this order; the first that fails is the last that runs.',
      type: 'array',
      minItems: 1,
      maxItems: MAX_CALLS,
      items: { $ref: '#/$defs/stage' },
    },
  },
  $defs: {
    stage: {
      title: 'Stage',
      description:
        'The name of a tool or workflow; or that name with fixed inputs; or a group with a name and activities.',
      type: ['string', 'object'],
      // Two conditions with `else` alone say the same as if-then-else, without an object that has a `then`.
      allOf: [
        { if: IS_GROUP, else: { $ref: '#/$defs/call' } },
        { if: { not: IS_GROUP }, else: { $ref: '#/$defs/group' } },
      ],
    },
    call: {
      title: 'Call',
      description: 'The name of a tool or workflow; or one key, that name, with the inputs that this call fixes.',
      type: ['string', 'object'],
      minLength: 1,
      maxLength: 128,
      minProperties: 1,
      maxProperties: 1,
      additionalProperties: {
        title: 'Fixed inputs',
        description: "Laid over the workflow's input for this call alone; nothing, or null, fixes none.",
        type: ['object', 'null'],
      },
    },
    group: {
      title: 'Group',
      description: 'Calls under one name, one after the other or at the same time.',
      type: 'object',
      required: ['name', 'activities'],
      additionalProperties: false,
      properties: {
        name: {
          title: 'Name',
          description: "Names the group's output among the outputs of the stages.",
          type: 'string',
          pattern: NAME_PATTERN,
        },
        description: { title: 'Description', description: 'What the group does.', type: 'string', maxLength: 2000 },
        activities: {
          title: 'Activities',
          description: 'What the group calls.',
          type: 'array',
          minItems: 1,
          maxItems: MAX_CALLS,
          items: { $ref: '#/$defs/call' },
        },
        parallel: {
          title: 'Parallel',
          description: 'Start all activities together, and wait for all of them. Without it, one after the other.',
          type: 'boolean',
        },
        continue_on_error: {
          title: 'Continue on error',
          description: 'Go on with the next stage when this group has failed.',
          type: 'boolean',
        },
        timeout: { title: 'Timeout', description: `How long the group may take: ${DURATION_FORM}.`, ...DURATION },
      },
    },
  },
} as const

/** A tool's or workflow's name, or a map of one such name to the inputs that are fixed. */
export type CallDefinition = string | { readonly [uses: string]: JsonObject | null }

export type GroupDefinition = {
  name: string
  description?: string
  activities: CallDefinition[]
  parallel?: boolean
  continue_on_error?: boolean
  timeout?: string
}

export type WorkflowDefinition = {
  $schema?: string
  name: string
  version?: string
  description?: string
  category?: string
  patterns?: string[]
  examples?: string[]
  input?: JsonObject
  timeout?: string
  stages: (CallDefinition | GroupDefinition)[]
}

export const isGroup = (stage: CallDefinition | GroupDefinition): stage is GroupDefinition =>
  typeof stage === 'object' && Array.isArray(stage.activities)
