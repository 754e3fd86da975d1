/** Values of options as the commands take them; what does not fit is refused with what would. */
import { InvalidArgumentError } from 'commander'
import { parseRateLimit } from '../../access/keys/rate-limit.ts'
import { isJsonObject, type JsonObject } from '../../kernel/json.ts'

export function parseInstant(text: string): number {
  const at = Date.parse(text)
  if (!Number.isNaN(at)) return at
  throw new InvalidArgumentError('It must be an instant such as 2026-03-01T00:00:00Z.')
}

export function parseCount(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw new InvalidArgumentError('It must be a whole number above 0.')
}

export function parseInput(text: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
  if (isJsonObject(value)) return value
  throw new InvalidArgumentError('It must be a JSON object.')
}

export function parseLimit(text: string): string {
  if (parseRateLimit(text)) return text
  throw new InvalidArgumentError('It must be a number and a window, such as 100/minute.')
}

/** `--label region:eu --label tier:gold`: one map of all of them. */
export function collectLabels(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const colon = text.indexOf(':')
  if (colon > 0) return { ...before, [text.slice(0, colon)]: text.slice(colon + 1) }
  throw new InvalidArgumentError('It must be a key, a colon and a value, such as region:eu.')
}
