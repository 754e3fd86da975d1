/**
 * OpenSSH's pattern lists: `*` is any text, `?` one character, `!` in front refuses. Pure.
 * Invariant: the time to match grows with the length of pattern times text, whatever they hold.
 * Source: PATTERNS in ssh_config(5).
 */

/** Whether `text` as a whole fits `pattern`. Case counts. */
function matchesPattern(text: string, pattern: string): boolean {
  let textAt = 0
  let patternAt = 0
  let starAt = -1
  let retryAt = 0
  while (textAt < text.length) {
    if (pattern[patternAt] === '*') {
      starAt = patternAt++
      retryAt = textAt
    } else if (patternAt < pattern.length && (pattern[patternAt] === '?' || pattern[patternAt] === text[textAt])) {
      patternAt++
      textAt++
    } else if (starAt !== -1) {
      // Only the last star can take more: what stood before it fits already.
      patternAt = starAt + 1
      textAt = ++retryAt
    } else return false
  }
  while (pattern[patternAt] === '*') patternAt++
  return patternAt === pattern.length
}

/** Whether some pattern of `patterns` fits `text` and no negated one does. */
export function matchesPatterns(text: string, patterns: readonly string[]): boolean {
  const refused = patterns.some((pattern) => pattern.startsWith('!') && matchesPattern(text, pattern.slice(1)))
  return !refused && patterns.some((pattern) => !pattern.startsWith('!') && matchesPattern(text, pattern))
}
