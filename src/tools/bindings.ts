/** The variables that a tool's expressions see, as types when they are compiled and as values when they run. Pure. */
import { type Variables, variablesOfSchema } from '../expressions/language/variables.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { ToolRun } from './implementation.ts'

/** What the expressions of a tool may know, beside their language. */
export type ToolScope = {
  /** JSON Schema of the input. */
  input: JsonObject | undefined
  hasSecrets: boolean
}

/**
 * Every property of the input by its name; `input`, `stages` and, in a tool that has some, `secrets` keep their meaning
 * whatever the properties are.
 */
export const toolVariables = ({ input, hasSecrets }: ToolScope): Variables => ({
  ...variablesOfSchema(input),
  input: 'map',
  stages: 'map',
  ...(hasSecrets ? { secrets: 'map' } : {}),
})

/** Values for `toolVariables`; a property that is absent has no member. No prototype, so nothing else is seen. */
export const toolBindings = ({ input, stages, secretValues }: Parameters<ToolRun>[0]): JsonObject =>
  secretValues
    ? Object.assign(Object.create(null), input, { input, stages, secrets: secretValues })
    : Object.assign(Object.create(null), input, { input, stages })
