/** How often a key may be used: `"100/minute"`. Pure. */

export type RateLimit = {
  /** Requests within one window. */
  limit: number
  windowMs: number
}

const WINDOW_MS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const

/** The form of a limit: a whole number above 0 and a window, such as `100/minute`. */
export const RATE_LIMIT_PATTERN = `^[1-9][0-9]{0,8}/(?:${Object.keys(WINDOW_MS).join('|')})$`
const FORM = new RegExp(RATE_LIMIT_PATTERN)

/** Undefined where `text` is no limit. */
export function parseRateLimit(text: string): RateLimit | undefined {
  if (!FORM.test(text)) return undefined
  const [limit, window] = text.split('/') as [string, keyof typeof WINDOW_MS]
  return { limit: Number(limit), windowMs: WINDOW_MS[window] }
}
