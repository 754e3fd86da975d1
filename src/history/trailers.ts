/**
 * The trailers at the end of a commit's message, such as `Rollout-Id: 7`. Pure; any text is accepted.
 * Source: git-interpret-trailers(1), with ":" as the only separator.
 */

export type Trailer = { name: string; value: string }

const TRAILER = /^([A-Za-z0-9-]+)[ \t]*:(.*)$/
/** What Git itself writes: one of these makes a paragraph of mixed lines a block of trailers. */
const BY_GIT = /^(?:Signed-off-by: |\(cherry picked from commit )/
const CONTINUATION = /^[ \t]/
/** Of a paragraph that Git has signed off in, so many lines at least are trailers. */
const MIN_SHARE = 0.25

/** @param message the whole message, its first line included */
export function trailersOf(message: string): Trailer[] {
  const lines = blockOf(message)
  const trailers: Trailer[] = []
  let others = 0
  let byGit = 0
  let last: Trailer | undefined
  for (const line of lines) {
    if (CONTINUATION.test(line) && (last || others > 0)) {
      if (last) last.value = `${last.value} ${line.trim()}`.trim()
      continue
    }
    if (BY_GIT.test(line)) byGit += 1
    const [, name, value] = TRAILER.exec(line) ?? []
    last = name === undefined || value === undefined ? undefined : { name, value: value.trim() }
    if (last) trailers.push(last)
    else if (!BY_GIT.test(line)) others += 1
  }
  const isBlock = others === 0 || (byGit > 0 && trailers.length >= MIN_SHARE * (trailers.length + others))
  return isBlock ? trailers : []
}

/** The lines of the last paragraph, which is none of trailers where it is the first one too. */
function blockOf(message: string): string[] {
  const lines = message.trimEnd().split('\n')
  const blank = lines.findLastIndex((line) => line.trim() === '')
  return blank === -1 ? [] : lines.slice(blank + 1).filter((line) => !line.startsWith('#'))
}
