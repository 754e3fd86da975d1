/**
 * Comments that one side left where they were while the other brought them to another entry, by an entry or a blank
 * line put between: each is written as often as a side has it.
 */
import type { TreeNode } from '../tree.ts'
import type { Trio } from '../values/plan.ts'

/** Of the text between the entries of one collection, piece by piece in order: without comments that came twice. */
export class CommentsOnce {
  readonly #nodes: Trio<TreeNode>
  readonly #written = new Map<string, number>()
  #most: Map<string, number> | undefined

  constructor(nodes: Trio<TreeNode>) {
    this.#nodes = nodes
  }

  filter(piece: string): string {
    if (!piece.includes('#')) return piece
    return piece
      .split('\n')
      .filter((line) => !line.includes('#') || this.#isWanted(line.trim()))
      .join('\n')
  }

  #isWanted(comment: string): boolean {
    const count = (this.#written.get(comment) ?? 0) + 1
    if (count > 1) {
      this.#most ??= mostOf(this.#nodes)
      if (count > (this.#most.get(comment) ?? count)) return false
    }
    this.#written.set(comment, count)
    return true
  }
}

/** How often the side that has a comment line most often has it. */
function mostOf({ ours, theirs }: Trio<TreeNode>): Map<string, number> {
  const most = new Map<string, number>()
  for (const node of [ours, theirs]) {
    const counts = new Map<string, number>()
    for (const line of node === undefined ? [] : linesBetween(node)) {
      const count = (counts.get(line) ?? 0) + 1
      counts.set(line, count)
      most.set(line, Math.max(most.get(line) ?? 0, count))
    }
  }
  return most
}

function linesBetween({ text, end, entries, entriesEnd }: TreeNode): string[] {
  const pieces = entries.flatMap((entry) => [
    entry.text.slice(entry.from, entry.start),
    entry.text.slice(entry.end, entry.tail),
  ])
  return [...pieces, text.slice(entriesEnd, end)].flatMap((piece) => piece.split('\n')).map((line) => line.trim())
}
