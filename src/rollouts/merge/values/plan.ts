/**
 * What the merge of three trees is to hold, and where the text of each part comes from.
 * Invariant: a part is taken whole from one side only if the other left its text as in the base or wrote the same, so
 * that comments and layout of both sides survive.
 */
import type { Conflict, ConflictKind } from '../result.ts'
import { type Entry, type Side, sourceOf, type TreeNode } from '../tree.ts'

/** The three versions of a thing; a side that does not have it is undefined. */
export type Trio<T> = { base: T | undefined; ours: T | undefined; theirs: T | undefined }

export type Plan =
  | { do: 'keep'; run: readonly Entry[] }
  | { do: 'take'; side: Side; nodes: Trio<TreeNode> }
  | { do: 'collection'; kind: 'map' | 'array'; properties: string; parts: Part[]; nodes: Trio<TreeNode> }
  | { do: 'lines'; lines: string[]; nodes: Trio<TreeNode> }
  | { do: 'conflict'; conflict: Conflict; soft: boolean; nodes: Trio<TreeNode> }
  | { do: 'drop' }

/**
 * A member or item of the result (or, dropped, of the inputs only). One that is kept may stand for a run of them, which
 * follow each other in one text; `entries` has the first.
 */
export type Part = { plan: Plan; entries: Trio<Entry> }

export const DROP: Plan = { do: 'drop' }

/** What nobody changed, joined into runs. */
export function joinKept(parts: readonly Part[]): Part[] {
  const joined: Part[] = []
  let run: Entry[] = []
  for (const part of parts) {
    const { plan, entries } = part
    if (plan.do !== 'keep') {
      joined.push(part)
      run = []
      continue
    }
    const first = plan.run[0]!
    const last = run.at(-1)
    if (last === undefined || first.text !== last.text || first.from !== last.tail) {
      run = []
      joined.push({ plan: { do: 'keep', run }, entries })
    }
    for (const entry of plan.run) run.push(entry)
  }
  return joined
}

export const kept = (run: readonly Entry[]): Part => ({
  plan: { do: 'keep', run },
  entries: { base: run[0], ours: run[0], theirs: run[0] },
})

/** Decides a member or an item, `token` being its key or place below `pointer`. */
export type PlanPart = (entries: Trio<Entry>, pointer: string, token: string | number) => Part

/** `soft`: a question of places in a list alone, which a clean merge by lines may answer. */
export function conflict(nodes: Trio<TreeNode>, pointer: string, kind: ConflictKind, soft = false): Plan {
  const slice = (side: Side) => (nodes[side] === undefined ? null : sourceOf(nodes[side]))
  const found = { pointer, kind, base: slice('base'), ours: slice('ours'), theirs: slice('theirs') }
  return { do: 'conflict', conflict: found, soft, nodes }
}

/** The anchor and tag of the result, unless both sides changed them. */
export function mergeProperties({ base, ours, theirs }: Trio<TreeNode>): string | undefined {
  const b = base?.properties ?? ''
  const o = ours?.properties ?? ''
  const t = theirs?.properties ?? ''
  if (o === t || t === b) return o
  return o === b ? t : undefined
}
