/**
 * Lengths of time as a workflow writes them: one whole number and one unit, such as `500ms`, `90s`, `2h`.
 * Pure. Invariant: what parses is at least 1 ms and at most `MAX_DURATION_MS`.
 */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** One day: what one process can promise to sit through; also far below the 24.8 days at which `setTimeout` wraps. */
const MAX_DURATION_MS = 86_400_000

/** Also a JSON Schema `pattern`, so that an editor marks what the server would refuse. */
export const DURATION_PATTERN = '^[1-9][0-9]{0,8}(ms|s|m|h|d)$'

/** What a duration looks like, for messages. */
export const DURATION_FORM =
  'a whole number and a unit (ms, s, m, h or d), from 1ms to 1d, such as "500ms", "90s" or "2h"'

const DURATION = new RegExp(DURATION_PATTERN)

/** The milliseconds of `text`, or undefined where it has not the form `DURATION_FORM` or is longer than a day. */
export function parseDurationMs(text: string): number | undefined {
  const unit = DURATION.exec(text)?.[1]
  if (unit === undefined) return undefined
  const durationMs = Number.parseInt(text, 10) * (UNIT_MS[unit] ?? Number.NaN)
  return durationMs <= MAX_DURATION_MS ? durationMs : undefined
}
