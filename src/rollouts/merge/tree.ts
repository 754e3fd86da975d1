/**
 * A JSON or YAML text as a tree whose nodes know where they stand in it, so that a merge can cut and join the text.
 * Invariants: ranges nest and are in order; values are equal that are so whatever the order of a map's keys,
 * numbers and other plain scalars by their token.
 * The trees of one merge share what is the same text in them: a node may come from another version's text, hence each
 * node and entry names the text its ranges are of.
 */

export type Side = 'base' | 'ours' | 'theirs'

/** One member of a map, or one item of an array, with the text that belongs to it. */
export type Entry = {
  /** The key as a string; null for an item. A key that stands twice is told apart by `nameRepeated`. */
  readonly key: string | null
  readonly text: string
  /** Start of the comments and blank space before it. */
  readonly from: number
  /** Start of the key, of the dash, or of the item itself. */
  readonly start: number
  /** The range of its value, equal in text to that of `node`. */
  readonly valueStart: number
  readonly valueEnd: number
  /** End of its text; in block style with the comment and the end of its line, in flow style without the comma. */
  readonly end: number
  /** Where what follows begins: after the comma and a comment on its line, or after its own comments right below it. */
  readonly tail: number
  readonly node: TreeNode
}

export type TreeNode = {
  readonly kind: 'scalar' | 'map' | 'array'
  /** `block` is YAML's indented style; JSON is all `flow`. */
  readonly style: 'flow' | 'block'
  readonly text: string
  readonly start: number
  readonly end: number
  /** A scalar: its value if `isString`, else what tells it from every other. */
  readonly token: string
  readonly isString: boolean
  readonly entries: readonly Entry[]
  /** A collection: where its last entry's text ends, or where a first one would begin. */
  readonly entriesEnd: number
  /** Block style: the column of its entries, or of the lines of a block scalar. */
  readonly column: number
  /** Block style: it begins in the line of its parent's dash. */
  readonly compact: boolean
  /** YAML: the anchor and tag before it, '' where there is none. */
  readonly properties: string
  /** A block scalar (`|`, `>`): its header, then its lines without their indentation. They are told by these. */
  readonly lines: readonly string[] | undefined
  /** A key stands twice in it. */
  readonly repeats: boolean
  /** An anchor or an alias is in it, so that its meaning depends on what stands elsewhere. */
  readonly linked: boolean
}

const NO_ENTRIES: readonly Entry[] = []

// All nodes are written out in full and in one order, so that the engine knows them to be alike.

type Scalar = Pick<TreeNode, 'text' | 'start' | 'end' | 'token' | 'isString' | 'properties' | 'linked'>

export const scalar = ({ text, start, end, token, isString, properties, linked }: Scalar): TreeNode => ({
  kind: 'scalar',
  style: 'flow',
  text,
  start,
  end,
  token,
  isString,
  entries: NO_ENTRIES,
  entriesEnd: end,
  column: 0,
  compact: false,
  properties,
  lines: undefined,
  repeats: false,
  linked,
})

type BlockScalar = Pick<TreeNode, 'text' | 'start' | 'end' | 'column' | 'properties' | 'linked'> & { lines: string[] }

export const blockScalar = ({ text, start, end, column, properties, lines, linked }: BlockScalar): TreeNode => ({
  kind: 'scalar',
  style: 'flow',
  text,
  start,
  end,
  token: '',
  isString: false,
  entries: NO_ENTRIES,
  entriesEnd: end,
  column,
  compact: false,
  properties,
  lines,
  repeats: false,
  linked,
})

type Collection = Omit<TreeNode, 'kind' | 'token' | 'isString' | 'lines'> & { kind: 'map' | 'array' }

export const collection = ({
  kind,
  style,
  text,
  start,
  end,
  entries,
  entriesEnd,
  column,
  compact,
  properties,
  repeats,
  linked,
}: Collection): TreeNode => ({
  kind,
  style,
  text,
  start,
  end,
  token: '',
  isString: false,
  entries,
  entriesEnd,
  column,
  compact,
  properties,
  lines: undefined,
  repeats,
  linked,
})

/** What an entry holds. */
export type Member = Pick<Entry, 'key' | 'node'>

/** An entry of flow style, whose text ends where its value does. */
export const flowEntry = ({ key, node }: Member, text: string, from: number, start: number, tail: number): Entry => ({
  key,
  text,
  from,
  start,
  valueStart: node.start,
  valueEnd: node.end,
  end: node.end,
  tail,
  node,
})

export type Tree = { readonly text: string; readonly root: TreeNode }

export const sourceOf = ({ text, start, end }: TreeNode): string => text.slice(start, end)

/** Nesting beyond this is not read as structure: the texts are merged by lines. */
export const MAX_DEPTH = 200
