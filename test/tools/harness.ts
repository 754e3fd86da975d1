/** Tools from definitions, with real expressions behind them. */
import { expect } from 'vitest'
import type { AppError } from '../../src/kernel/errors.ts'
import type { Json, JsonObject } from '../../src/kernel/json.ts'
import { createToolCompiler, type ToolCompiler } from '../../src/tools/compile.ts'
import type { Tool, ToolOutcome } from '../../src/tools/tool.ts'
import { startExpressions, TENANT } from '../expressions/harness.ts'

export const startCompiler = (): ToolCompiler => createToolCompiler({ expressions: startExpressions() })

/** The tool of a definition that must be valid. */
export function toolOf(compiler: ToolCompiler, definition: Json): Tool {
  const compilation = compiler.compile(definition)
  return compilation.kind === 'tool' ? compilation.tool : expect.fail(JSON.stringify(compilation.violations))
}

/** The violations of a definition that must not be valid. */
export function violationsOf(compiler: ToolCompiler, definition: Json) {
  const compilation = compiler.compile(definition)
  return compilation.kind === 'invalid' ? compilation.violations : expect.fail('the definition was accepted')
}

export const run = (tool: Tool, input: JsonObject, stages: JsonObject = {}): ToolOutcome | Promise<ToolOutcome> =>
  tool.run({ tenant: TENANT, input, stages })

/** The error of a run that must fail. */
export async function errorOf(tool: Tool, input: JsonObject, stages: JsonObject = {}): Promise<AppError> {
  try {
    const outcome = await run(tool, input, stages)
    return expect.fail(`it ran: ${JSON.stringify(outcome)}`)
  } catch (error) {
    expect(error).toHaveProperty('name', 'AppError')
    return error as AppError
  }
}
