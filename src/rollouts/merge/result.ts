/** What a merge is asked and what it answers. */
import type { MergePolicies } from './values/policies.ts'

export type MergeInput = {
  /** Its extension says how the texts are read: `.json`, `.jsonc`, `.yaml`, `.yml`; others are merged by lines. */
  path: string
  base: string
  ours: string
  theirs: string
  policies?: MergePolicies
  /** What Git's own merge of the three texts is, where it is known and clean; without it, it is worked out here. */
  native?: string
  /** What stands after conflict markers; the names of the sides unless told. */
  labels?: { ours: string; theirs: string }
}

/**
 * Why two changes cannot both be had: both set one value, one changed what the other deleted, both added
 * differently, the values are of different kinds, both reordered or filled one place of a list, or the lines overlap.
 */
export type ConflictKind = 'edit-edit' | 'edit-delete' | 'add-add' | 'type' | 'order' | 'lines'

/** One disagreement. The three texts are source slices; null where that side has nothing there. */
export type Conflict = {
  /** RFC 6901 pointer; items of a list are named by their place in the base, or in ours if it has none there. */
  pointer: string
  kind: ConflictKind
  base: string | null
  ours: string | null
  theirs: string | null
}

export type MergeResult = {
  status: 'clean' | 'conflict'
  /** `structural` where the values were merged; `lines` where the text is what `git merge-file` writes. */
  method: 'structural' | 'lines'
  /** The merged text, with conflict markers around the lines that differ; null where a side is a binary file. */
  text: string | null
  conflicts: Conflict[]
}
