/** The variables that a tool's expressions see, as types when they are compiled and as values when they run. Pure. */
import { type Variables, variablesOfSchema } from '../expressions/variables.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { ToolCall } from './tool.ts'

/** Every property of the input by its name; `input` and `stages` keep their meaning whatever the properties are. */
export const toolVariables = (input: JsonObject | undefined): Variables => ({
  ...variablesOfSchema(input),
  input: 'map',
  stages: 'map',
})

/** Values for `toolVariables`; a property that is absent has no member. No prototype, so nothing else is seen. */
export const toolBindings = ({ input, stages }: ToolCall): JsonObject =>
  Object.assign(Object.create(null), input, { input, stages })
