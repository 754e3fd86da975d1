/** JSON Merge Patch, by the test cases of RFC 7396, appendix A, whose patch is an object. */
import { expect, test } from 'vitest'
import type { Json, JsonObject } from '../../src/kernel/json.ts'
import { mergePatch } from '../../src/kernel/merge-patch.ts'

test.each<[Json, JsonObject, Json]>([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('%j patched by %j', (target, patch, expected) => {
  expect(mergePatch(target, patch)).toEqual(expected)
})

test('leaves the target as it was, and takes inherited members for absent', () => {
  const target = { a: { b: 1 } }
  expect(mergePatch(target, { a: { c: 2 }, toString: { d: 3 } })).toEqual({ a: { b: 1, c: 2 }, toString: { d: 3 } })
  expect(target).toEqual({ a: { b: 1 } })
})
