/**
 * What becomes of each member or item of a collection: kept (perhaps with another value), removed or added. Members are
 * paired by key, items by value and then by what names them, so that an item put first does not rewrite all others.
 */
import { isJsonObject, type Json, type JsonObject } from '../kernel/json.ts'
import { diffLines } from '../rollouts/merge/lines/diff.ts'
import type { Entry, TreeNode } from '../rollouts/merge/tree.ts'

export type Part =
  | { kind: 'kept'; entry: Entry; old: Json; next: Json }
  | { kind: 'removed'; entry: Entry }
  | { kind: 'added'; key: string | null; value: Json }

/** Undefined where `node` holds no collection, or `next` is of another kind. */
export function partsOf(node: TreeNode, old: Json, next: Json): Part[] | undefined {
  if (node.kind === 'map' && isJsonObject(old) && isJsonObject(next)) return memberParts(node, old, next)
  if (node.kind === 'array' && Array.isArray(old) && Array.isArray(next)) return itemParts(node, old, next)
  return undefined
}

/** What is new stands at the end. */
function memberParts({ entries }: TreeNode, old: JsonObject, next: JsonObject): Part[] {
  const parts = entries.map((entry): Part => {
    const key = entry.key ?? ''
    return Object.hasOwn(next, key)
      ? { kind: 'kept', entry, old: old[key] ?? null, next: next[key]! }
      : { kind: 'removed', entry }
  })
  const known = new Set(entries.map(({ key }) => key))
  for (const [key, value] of Object.entries(next)) if (!known.has(key)) parts.push({ kind: 'added', key, value })
  return parts
}

function itemParts({ entries }: TreeNode, old: readonly Json[], next: readonly Json[]): Part[] {
  const numbers = new Map<string, number>()
  const numbered = (items: readonly Json[]) =>
    Int32Array.from(items, (item) => {
      const text = canonical(item)
      const known = numbers.get(text)
      if (known === undefined) numbers.set(text, numbers.size)
      return known ?? numbers.size - 1
    })
  const parts: Part[] = []
  let [a, b] = [0, 0]
  const keep = () => parts.push({ kind: 'kept', entry: entries[a]!, old: old[a]!, next: next[b]! })
  for (const change of diffLines(numbered(old), numbered(next))) {
    for (; a < change.a; a++, b++) keep()
    const pairs = pairEdited(old.slice(a, a + change.removed), next.slice(b, b + change.added))
    const [endA, endB] = [a + change.removed, b + change.added]
    for (const [gone, come] of [...pairs, [change.removed, change.added] as const]) {
      for (; a < change.a + gone; a++) parts.push({ kind: 'removed', entry: entries[a]! })
      for (; b < change.b + come; b++) parts.push({ kind: 'added', key: null, value: next[b]! })
      if (a === endA || b === endB) continue
      keep()
      a += 1
      b += 1
    }
  }
  for (; a < old.length; a++, b++) keep()
  return parts
}

/** Which of the removed items was edited into which of the added ones, by their places, in order. */
function pairEdited(removed: readonly Json[], added: readonly Json[]): (readonly [number, number])[] {
  if (removed.length === added.length) return removed.map((_, i) => [i, i] as const)
  const pairs: [number, number][] = []
  let from = 0
  for (const [come, value] of added.entries()) {
    const gone = removed.findIndex((item, i) => i >= from && areOfOneName(item, value))
    if (gone < 0) continue
    pairs.push([gone, come])
    from = gone + 1
  }
  return pairs
}

/** Members that name an item, as the merge takes them. */
const NAMING = ['name', 'id', 'key'] as const

const areOfOneName = (one: Json, other: Json): boolean =>
  isJsonObject(one) && isJsonObject(other) && NAMING.some((key) => isName(one[key]) && one[key] === other[key])

const isName = (value: Json | undefined): boolean => typeof value === 'string' || typeof value === 'number'

/** The same text for the same value, whatever the order of its keys. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (!isJsonObject(value)) return Object.is(value, -0) ? '-0' : JSON.stringify(value)
  const members = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
  return `{${members.sort().join()}}`
}
