/** Random configuration values and edits of them, for the property tests. */
import fc from 'fast-check'
import type { Json, JsonObject } from '../../src/kernel/json.ts'

const keys = fc.constantFrom('a', 'b', 'c', 'name', 'on', '1.0', 'with space', 'x/y~z')
const scalars = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    false,
    '',
    'text',
    'yes',
    '1',
    '# no comment',
    'a: b',
    '- c',
    "it's",
    'two\nlines\n',
  ),
  fc.integer({ min: -3, max: 300 }),
)

const { value } = fc.letrec<{ value: Json; map: JsonObject }>((tie) => ({
  value: fc.oneof({ maxDepth: 3, depthSize: 'small' }, scalars, tie('map'), fc.array(scalars, { maxLength: 4 })),
  map: fc.dictionary(keys, tie('value'), { maxKeys: 5, noNullPrototype: true }),
}))

/** A map at the top, as configuration files have. */
export const documents = fc.dictionary(keys, value, { minKeys: 1, maxKeys: 6, noNullPrototype: true })

/** An edit: where (a path chosen by numbers) and what; undefined deletes. */
export type Edit = { path: number[]; key: string; value: Json | undefined }

export const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({
    path: fc.array(fc.nat(5), { maxLength: 2 }),
    key: keys,
    value: fc.option(value, { nil: undefined, freq: 3 }),
  }),
  { maxLength: 4 },
)

const isMap = (json: Json | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

/** The document with the edits made, maps only; the input stays as it is. */
export function edited(document: JsonObject, changes: readonly Edit[]): JsonObject {
  const copy = structuredClone(document)
  for (const { path, key, value: to } of changes) {
    let at = copy
    for (const step of path) {
      const inner = Object.values(at).filter(isMap)
      at = inner[step % Math.max(inner.length, 1)] ?? at
    }
    if (to === undefined) delete at[key]
    else at[key] = structuredClone(to)
  }
  return copy
}

export type ValueMerge = { value: Json | undefined; conflicts: string[] }

/** The three-way merge of plain values, arrays taken whole: what the text merge is held to. */
export function mergeValues(
  base: Json | undefined,
  ours: Json | undefined,
  theirs: Json | undefined,
  pointer = '',
): ValueMerge {
  const same = (one: unknown, other: unknown) => canonical(one) === canonical(other)
  if (same(ours, theirs) || same(theirs, base)) return { value: ours, conflicts: [] }
  if (same(ours, base)) return { value: theirs, conflicts: [] }
  if (!isMap(ours) || !isMap(theirs) || (base !== undefined && !isMap(base)))
    return { value: ours, conflicts: [pointer] }
  const value: JsonObject = {}
  const conflicts: string[] = []
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const token = key.replaceAll('~', '~0').replaceAll('/', '~1')
    const part = mergeValues(base?.[key], ours[key], theirs[key], `${pointer}/${token}`)
    if (part.value !== undefined) value[key] = part.value
    conflicts.push(...part.conflicts)
  }
  return { value, conflicts }
}

/** The value with its maps in order of their keys, as text; absent is told from null. */
export function canonical(json: unknown): string {
  if (Array.isArray(json)) return `[${json.map(canonical).join()}]`
  if (typeof json !== 'object' || json === null) return json === undefined ? 'absent' : JSON.stringify(json)
  const members = Object.entries(json).map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
  return `{${members.sort().join()}}`
}
