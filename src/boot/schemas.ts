/** The published JSON Schemas, one per kind of file: the very ones that validate. */
import { POLICY_SCHEMA } from '../policies/definition.ts'
import { MERGE_SCHEMA } from '../rollouts/merge/rules/definition.ts'
import { TOOL_SCHEMA } from '../tools/definition.ts'
import { WORKFLOW_SCHEMA } from '../workflows/definition.ts'

export const schemas: Readonly<Record<string, object>> = {
  tool: TOOL_SCHEMA,
  workflow: WORKFLOW_SCHEMA,
  policy: POLICY_SCHEMA,
  merge: MERGE_SCHEMA,
}
