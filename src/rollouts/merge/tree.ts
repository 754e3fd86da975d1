/**
 * A JSON or YAML text as a tree whose nodes know where they stand in it, so that a merge can cut and join the text.
 * Invariants: ranges nest and are in order; within one merge two nodes have the same `id` if and only if they hold
 * the same value (maps whatever the order of their keys; numbers and other plain scalars by their token).
 */

export type Side = 'base' | 'ours' | 'theirs'

/** One member of a map, or one item of an array, with the text that belongs to it. */
export type Entry = {
  /** The key as a string; null for an item. */
  readonly key: string | null
  /** Start of the comments and blank space before it. */
  readonly from: number
  /** Start of the key, of the dash, or of the item itself. */
  readonly start: number
  readonly node: TreeNode
  /** End of its text; in block style with the comment and the end of its line, in flow style without the comma. */
  end: number
  /** Flow style: end of a comment that follows it on its line (after the comma, if there is one), else `end`. */
  tail: number
}

export type TreeNode = {
  readonly kind: 'scalar' | 'map' | 'array'
  /** `block` is YAML's indented style; JSON is all `flow`. */
  readonly style: 'flow' | 'block'
  readonly id: number
  readonly start: number
  readonly end: number
  readonly entries: readonly Entry[]
  /** Block style: the column of its entries. */
  readonly column: number
  /** Block style: it begins in the line of its parent's dash. */
  readonly compact: boolean
  /** YAML: the anchor and tag before it, '' where there is none. */
  readonly properties: string
  /** A block scalar (`|`, `>`): its header and its lines without their indentation. */
  readonly lines: readonly string[] | undefined
}

export type Tree = { readonly text: string; readonly root: TreeNode }

/** Numbers for values: the same number for the same description. */
export class Interner {
  readonly #ids = new Map<string, number>()

  id(description: string): number {
    let id = this.#ids.get(description)
    if (id === undefined) {
      id = this.#ids.size
      this.#ids.set(description, id)
    }
    return id
  }

  map(members: readonly { key: string; id: number }[], properties = ''): number {
    const parts = members.map(({ key, id }) => `${key.length}:${key}=${id}`)
    return this.id(`${properties}{${parts.sort().join()}`)
  }

  array(ids: readonly number[], properties = ''): number {
    return this.id(`${properties}[${ids.join()}`)
  }
}

/** Nesting beyond this is not read as structure: the texts are merged by lines. */
export const MAX_DEPTH = 200

/** A node of JSON or of YAML's flow style. */
export function flowNode(
  kind: TreeNode['kind'],
  id: number,
  start: number,
  end: number,
  entries: readonly Entry[],
  properties = '',
): TreeNode {
  return { kind, style: 'flow', id, start, end, entries, column: 0, compact: false, properties, lines: undefined }
}
