import fc from 'fast-check'
import { expect, test } from 'vitest'
import { valueChanges } from '../../src/history/value-changes.ts'
import { type Json, pointerTokens } from '../../src/kernel/json.ts'

const changes = (before: Json, after: Json) => [...valueChanges(before, after)]

test('objects by key, lists of one length by item, others as a whole', () => {
  expect(changes({ a: 1, 'b/c': { x: [1, 2] }, gone: null }, { a: 2, 'b/c': { x: [1, 3] }, new: {} })).toEqual([
    { pointer: '/a', change: 'changed', from: 1, to: 2 },
    { pointer: '/b~1c/x/1', change: 'changed', from: 2, to: 3 },
    { pointer: '/gone', change: 'removed', from: null },
    { pointer: '/new', change: 'added', to: {} },
  ])
  expect(changes([1], [1, 2])).toEqual([{ pointer: '', change: 'changed', from: [1], to: [1, 2] }])
  expect(changes({ a: [] }, { a: {} })).toEqual([{ pointer: '/a', change: 'changed', from: [], to: {} }])
})

test('null, an empty object and nothing at all are three things', () => {
  expect(changes({ a: null }, { a: {} })).toHaveLength(1)
  expect(changes({ a: null }, {})).toEqual([{ pointer: '/a', change: 'removed', from: null }])
})

test('what changed, put into the value before, gives the value after; equal values differ in nothing', () => {
  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>
  fc.assert(
    fc.property(json, json, (before, after) => {
      expect(changes(before, before)).toEqual([])
      expect(apply(before, after)).toEqual(after)
    }),
  )
})

/** Only what the changes say is taken from them; the rest is of `before`. */
function apply(before: Json, after: Json): Json {
  const root: { value: Json } = { value: structuredClone(before) }
  for (const change of valueChanges(before, after)) {
    const tokens = ['value', ...pointerTokens(change.pointer)]
    const last = tokens.pop()!
    const parent = tokens.reduce<Json>(
      (at, token) => (at as Record<string, Json>)[token]!,
      root as unknown as Json,
    ) as Record<string, Json>
    if (change.change === 'removed') delete parent[last]
    else Object.defineProperty(parent, last, { value: change.to, enumerable: true, writable: true, configurable: true })
  }
  return root.value
}
