/**
 * Which lines take part in a line diff at all: Git leaves out, before it searches, the lines that cannot or hardly
 * match, and that choice shows in the result. Equal to Git's so that a merge is byte for byte what Git would write.
 */

/** The part of two sequences that remains when what they begin and end with in common is left out. */
export type Window = { start: number; endA: number; endB: number }

/** How far up and down the neighbourhood of a frequent line is looked at. */
const NEIGHBOURHOOD = 100
/** A frequent line is left out where fewer than one in this many of its neighbours has a match. */
const LONELY_RATIO = 4
const FREQUENT_AT_MOST = 1024

const UNMATCHED = 0
const MATCHED = 1
const FREQUENT = 2

export function commonEnds(a: Int32Array, b: Int32Array): Window {
  let start = 0
  let endA = a.length
  let endB = b.length
  while (start < endA && start < endB && a[start] === b[start]) start++
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--
    endB--
  }
  return { start, endA, endB }
}

/** A power of two near the square root; Git's measure for "often" and for "long enough". */
export function roughRoot(n: number): number {
  let root = 1
  for (let rest = n; rest > 0; rest >>= 2) root <<= 1
  return root
}

/**
 * Indexes of `a` between `start` and `end` that the search should see; the others are marked in `changed`.
 * `occurrences` counts each line number in the other sequence.
 */
export function candidates(
  a: Int32Array,
  start: number,
  end: number,
  occurrences: Int32Array,
  changed: Uint8Array,
): Int32Array {
  const often = Math.min(roughRoot(a.length), FREQUENT_AT_MOST)
  const rank = new Uint8Array(a.length)
  for (let i = start; i < end; i++) {
    const count = occurrences[a[i]!] ?? 0
    rank[i] = count === 0 ? UNMATCHED : count >= often ? FREQUENT : MATCHED
  }
  const kept = new Int32Array(end - start)
  let size = 0
  for (let i = start; i < end; i++) {
    if (rank[i] === MATCHED || (rank[i] === FREQUENT && !amongUnmatched(rank, i, start, end - 1))) kept[size++] = i
    else changed[i] = 1
  }
  return kept.subarray(0, size)
}

/** Whether the frequent line at `at` stands in a run that is mostly lines without a match. */
function amongUnmatched(rank: Uint8Array, at: number, first: number, last: number): boolean {
  const above = countRun(rank, at, -1, Math.min(at - first, NEIGHBOURHOOD))
  if (above.unmatched === 0) return false
  const below = countRun(rank, at, 1, Math.min(last - at, NEIGHBOURHOOD))
  if (below.unmatched === 0) return false
  // The line itself counts once for each direction.
  const frequent = above.frequent + below.frequent + 2
  return frequent * LONELY_RATIO < frequent + above.unmatched + below.unmatched
}

function countRun(rank: Uint8Array, at: number, step: 1 | -1, reach: number) {
  let unmatched = 0
  let frequent = 0
  for (let distance = 1; distance <= reach; distance++) {
    const here = rank[at + step * distance]
    if (here === MATCHED) break
    if (here === UNMATCHED) unmatched++
    else frequent++
  }
  return { unmatched, frequent }
}
