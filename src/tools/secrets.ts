/**
 * Secrets in the run of a tool. They are asked for after the input was found good, given to the expressions as
 * `secrets.<name>`, and taken out again of whatever the run says.
 * Invariant: what a run gives or throws does not hold a value of `REDACTED_FROM` characters or more as such; what an
 * expression makes of it (a part, another case, an encoding) is its author's doing.
 */
import { AppError, type ProblemItem } from '../kernel/errors.ts'
import { isJsonObject, type Json, type JsonObject } from '../kernel/json.ts'
import { afterwards } from './afterwards.ts'
import type { ToolRun } from './implementation.ts'
import type { SecretValues, Tool, ToolCall, ToolOutcome } from './tool.ts'

/** What stands in a tool's file: the variable's name, and which of the tenant's secrets it is. */
export type SecretReferences = Readonly<Record<string, { secretRef: string }>>

/** A shorter value would be found in text that has nothing to do with it. */
const REDACTED_FROM = 8

type Redact = (text: string) => string

/** Gives `run` the secrets that the call's tenant has under these names. */
export function withSecrets(references: SecretReferences, run: ToolRun): Tool['run'] {
  const variables = Object.entries(references).map(([variable, { secretRef }]) => ({ variable, secretRef }))
  const names = [...new Set(variables.map(({ secretRef }) => secretRef))]

  function runWith({ tenant, input, stages }: ToolCall, values: SecretValues): ToolOutcome | Promise<ToolOutcome> {
    const secretValues: JsonObject = Object.fromEntries(
      variables.map(({ variable, secretRef }) => [variable, values.get(secretRef) ?? null]),
    )
    const redact = redactionOf(values)
    const clean = ({ kind, output }: ToolOutcome): ToolOutcome => ({ kind, output: redactValue(output, redact) })
    const fail = (error: unknown): never => {
      throw redactError(error, redact)
    }
    try {
      const outcome = run({ tenant, input, stages, secretValues })
      return outcome instanceof Promise ? outcome.then(clean, fail) : clean(outcome)
    } catch (error) {
      return fail(error)
    }
  }

  return (call) => {
    if (!call.secrets) {
      throw new AppError('secret-missing', { detail: `This run has no secrets; the tool needs ${names.join(', ')}.` })
    }
    return afterwards(call.secrets.resolve(names), (values) => runWith(call, values))
  }
}

/** Longer values first: one may be a part of another. */
function redactionOf(values: SecretValues): Redact {
  const known = [...values].filter(([, value]) => value.length >= REDACTED_FROM)
  known.sort(([, a], [, b]) => b.length - a.length)
  return (text) => known.reduce((left, [name, value]) => left.replaceAll(value, () => `[secret ${name}]`), text)
}

function redactValue(value: Json, redact: Redact): Json {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [redact(name), redactValue(member, redact)]))
}

/** An error of another kind is a defect; its message goes to the log alone, and there it must not be either. */
function redactError(error: unknown, redact: Redact): Error {
  if (!(error instanceof AppError)) return new Error(redact(error instanceof Error ? error.message : String(error)))
  const { code, detail, errors, data, headers } = error
  const item = (each: ProblemItem): ProblemItem => ({ ...each, detail: redact(each.detail) })
  return new AppError(code, {
    detail: redact(detail),
    ...(errors ? { errors: errors.map(item) } : {}),
    ...(data ? { data } : {}),
    ...(headers ? { headers } : {}),
  })
}
