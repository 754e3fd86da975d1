/**
 * Which items of a list are "the same item" on the three sides: by a naming member, by value, or, in a list without
 * either, by aligning the sides like lines of a text. Never by position.
 */
import { type Change, diffLines } from '../lines/diff.ts'
import { type Entry, sourceOf, type TreeNode } from '../tree.ts'
import { Numbering } from './numbering.ts'
import type { ArrayPolicy } from './policies.ts'

/** Identities of each side's items: equal for the same item; the base's are its places. */
export type Identities = {
  by: 'name' | 'value' | 'alignment'
  /** What each item is known by, as text; undefined where items have no names. */
  names: (string | undefined)[]
  base: number[]
  ours: number[]
  theirs: number[]
  count: number
}

type Items = readonly TreeNode[]
type ThreeLists = { base: Items; ours: Items; theirs: Items }

/** Members that name an item, where no policy says which do. */
const NAMING = [['name'], ['id'], ['key']]

export function identify(lists: ThreeLists, policy: ArrayPolicy | undefined): Identities {
  const numbers = new Numbering()
  const labelByValue = (item: TreeNode) => labelOf(item, numbers)
  if (policy === 'ordered') return byAlignment(lists, numbers)
  if (policy === 'set') return byLabel(lists, 'value', labelByValue) ?? byAlignment(lists, numbers)
  const byNames = (members: readonly string[]) => byLabel(lists, 'name', (item) => nameOf(item, members, numbers))
  if (typeof policy === 'object') {
    const named = byNames(policy.map)
    if (named !== undefined) return named
  } else if (hasMaps(lists)) {
    for (const members of NAMING) {
      const named = byNames(members)
      if (named !== undefined) return named
    }
    const leading = leadingMember(lists)
    const named = leading === undefined ? undefined : byNames([leading])
    if (named !== undefined) return named
  }
  const scalars = byLabel(lists, 'value', (item) => (item.kind === 'scalar' ? labelByValue(item) : undefined))
  return scalars ?? byAlignment(lists, numbers)
}

/** The member that every item begins with, if there is one: people write what an item is about first. */
function leadingMember({ base, ours, theirs }: ThreeLists): string | undefined {
  const first = (ours[0] ?? theirs[0])?.entries[0]?.key
  if (first === undefined || first === null) return undefined
  const begins = (item: TreeNode) => item.entries[0]?.key === first
  return base.every(begins) && ours.every(begins) && theirs.every(begins) ? first : undefined
}

const hasMaps = ({ ours, theirs }: ThreeLists): boolean => (ours[0] ?? theirs[0])?.kind === 'map'

/** What an item is known by: equal for the same item, and, if it is one scalar, that scalar as text. */
type Label = { id: number | string; text: string | undefined }

const labelOf = (item: TreeNode, numbers: Numbering): Label => ({
  id: numbers.of(item),
  text: item.kind === 'scalar' ? sourceOf(item) : undefined,
})

/** By its members of these names, all of them together. */
function nameOf(item: TreeNode, members: readonly string[], numbers: Numbering): Label | undefined {
  if (item.kind !== 'map') return undefined
  const names: TreeNode[] = []
  for (const member of members) {
    const name = item.entries.find((entry) => entry.key === member)?.node
    if (name?.kind !== 'scalar') return undefined
    names.push(name)
  }
  const [first] = names
  if (names.length === 1) return labelOf(first!, numbers)
  return { id: names.map((name) => numbers.of(name)).join(), text: sourceOf(first!) }
}

/** Identities by a label that every item has and no two items of a side share; undefined where that is not so. */
function byLabel(
  lists: ThreeLists,
  by: 'name' | 'value',
  label: (item: TreeNode) => Label | undefined,
): Identities | undefined {
  const known = new Map<number | string, number>()
  const names: (string | undefined)[] = []
  const identitiesOf = (items: Items): number[] | undefined => {
    const seen = new Set<number | string>()
    for (const item of items) {
      const name = label(item)
      if (name === undefined || seen.has(name.id)) return undefined
      seen.add(name.id)
      if (!known.has(name.id)) {
        names[known.size] = name.text
        known.set(name.id, known.size)
      }
    }
    return [...seen].map((name) => known.get(name)!)
  }
  const base = identitiesOf(lists.base)
  const ours = base && identitiesOf(lists.ours)
  const theirs = ours && identitiesOf(lists.theirs)
  return theirs && ours && base && { by, names, base, ours, theirs, count: known.size }
}

function byAlignment({ base, ours, theirs }: ThreeLists, numbers: Numbering): Identities {
  let count = base.length
  const fromBase = (items: Items) => align(base, items, numbers).map((place) => place ?? count++)
  const oursIds = fromBase(ours)
  const theirsIds = fromBase(theirs)
  return {
    by: 'alignment',
    names: [],
    base: base.map((_, i) => i),
    ours: oursIds,
    theirs: shareAdditions(ours, oursIds, theirs, theirsIds, base.length, numbers),
    count,
  }
}

/**
 * Gives what both sides added the same identity: a scalar if it follows the same item (`-v` may stand twice in a
 * list), a collection wherever it stands.
 */
function shareAdditions(
  ours: Items,
  oursIds: readonly number[],
  theirs: Items,
  theirsIds: number[],
  baseSize: number,
  numbers: Numbering,
) {
  const added = new Map<string, number[]>()
  const visit = (items: Items, ids: readonly number[], found: (place: string, i: number) => void) => {
    let anchor = -1
    for (let i = 0; i < items.length; i++) {
      if (ids[i]! < baseSize) anchor = ids[i]!
      else found(items[i]!.kind === 'scalar' ? `${anchor} ${numbers.of(items[i]!)}` : `${numbers.of(items[i]!)}`, i)
    }
  }
  visit(ours, oursIds, (place, i) => {
    const ids = added.get(place)
    if (ids === undefined) added.set(place, [oursIds[i]!])
    else ids.push(oursIds[i]!)
  })
  const shared = [...theirsIds]
  visit(theirs, theirsIds, (place, i) => {
    shared[i] = added.get(place)?.shift() ?? theirsIds[i]!
  })
  return shared
}

/** For each item its place in the base, or undefined where it is new. */
function align(base: Items, items: Items, numbers: Numbering): (number | undefined)[] {
  const places: (number | undefined)[] = new Array(items.length).fill(undefined)
  const ids = (list: Items) => {
    const found = new Int32Array(list.length)
    for (let i = 0; i < list.length; i++) found[i] = numbers.of(list[i]!)
    return found
  }
  let a = 0
  let b = 0
  for (const change of [...diffLines(ids(base), ids(items)), END]) {
    while (a < Math.min(change.a, base.length) && b < items.length) places[b++] = a++
    pairEdited(base, items, change, places, numbers)
    a = change.a + change.removed
    b = change.b + change.added
  }
  return places
}

const END: Change = { a: Number.MAX_SAFE_INTEGER, removed: 0, b: Number.MAX_SAFE_INTEGER, added: 0 }

/** Beyond this many a replaced stretch of a list is not searched for edited items. */
const MOST_PAIRS = 10_000

/** Pairs removed items with the added ones they were edited into, in order. */
function pairEdited(
  base: Items,
  items: Items,
  change: Change,
  places: (number | undefined)[],
  numbers: Numbering,
): void {
  if (change.removed === 1 && change.added === 1) {
    if (base[change.a]!.kind === items[change.b]!.kind) places[change.b] = change.a
    return
  }
  if (change.removed * change.added > MOST_PAIRS) return
  let b = change.b
  for (let a = change.a; a < change.a + change.removed; a++) {
    for (let candidate = b; candidate < change.b + change.added; candidate++) {
      if (!isSimilar(base[a]!, items[candidate]!, numbers)) continue
      places[candidate] = a
      b = candidate + 1
      break
    }
  }
}

/** Two collections of which at least half is the same. */
function isSimilar(one: TreeNode, other: TreeNode, numbers: Numbering): boolean {
  if (one.kind !== other.kind || one.kind === 'scalar') return false
  const label = ({ key, node }: Entry) => `${key} ${numbers.of(node)}`
  const have = new Set(one.entries.map(label))
  const shared = other.entries.filter((entry) => have.has(label(entry))).length
  return shared * 2 >= Math.max(one.entries.length, other.entries.length)
}
