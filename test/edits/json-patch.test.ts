/** JSON Patch as RFC 6902 has it, with the examples of its appendix A, and what a patch may cost. */
import { describe, expect, test } from 'vitest'
import { applyPatch, type PatchOperation } from '../../src/edits/json-patch.ts'
import type { Json } from '../../src/kernel/json.ts'

const EXAMPLES: [name: string, document: Json, patch: PatchOperation[], result: Json][] = [
  ['A.1 add a member', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
  ['A.2 add an item', { foo: [1, 2] }, [{ op: 'add', path: '/foo/1', value: 0 }], { foo: [1, 0, 2] }],
  ['A.3 remove a member', { baz: 1, foo: 2 }, [{ op: 'remove', path: '/baz' }], { foo: 2 }],
  ['A.4 remove an item', { foo: [1, 2, 3] }, [{ op: 'remove', path: '/foo/1' }], { foo: [1, 3] }],
  ['A.5 replace', { baz: 1, foo: 2 }, [{ op: 'replace', path: '/baz', value: 3 }], { baz: 3, foo: 2 }],
  [
    'A.6 move a member',
    { foo: { bar: 1, waldo: 2 }, qux: { corge: 3 } },
    [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
    { foo: { bar: 1 }, qux: { corge: 3, thud: 2 } },
  ],
  [
    'A.7 move an item',
    { foo: ['a', 'b', 'c'] },
    [{ op: 'move', from: '/foo/0', path: '/foo/2' }],
    { foo: ['b', 'c', 'a'] },
  ],
  [
    'A.10 add a nested member',
    { foo: 1 },
    [{ op: 'add', path: '/child', value: { g: {} } }],
    { foo: 1, child: { g: {} } },
  ],
  ['A.14 escapes', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
  ['A.16 add at the end', { foo: ['a'] }, [{ op: 'add', path: '/foo/-', value: ['b'] }], { foo: ['a', ['b']] }],
  ['copy', { a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
  ['the whole document', { a: 1 }, [{ op: 'replace', path: '', value: [1] }], [1]],
  ['a member put where there is one', { a: 1 }, [{ op: 'add', path: '/a', value: null }], { a: null }],
  ['move to where it is', { a: 1 }, [{ op: 'move', from: '/a', path: '/a' }], { a: 1 }],
  [
    'test is by value',
    { a: { b: 1, c: [2] } },
    [{ op: 'test', path: '/a', value: { c: [2], b: 1 } }],
    { a: { b: 1, c: [2] } },
  ],
]

test.each(EXAMPLES)('%s', (_, document, patch, result) => {
  const before = structuredClone(document)
  expect(applyPatch(document, patch)).toEqual({ kind: 'patched', value: result })
  expect(document).toEqual(before)
})

describe('a patch that does not apply says where and why', () => {
  test.each<[string, PatchOperation[], object]>([
    ['A.9', [{ op: 'test', path: '/a', value: 2 }], { kind: 'test-failed', pointer: '/a', detail: '/a is 1, not 2.' }],
    ['A.12', [{ op: 'add', path: '/x/y', value: 1 }], { kind: 'not-applicable', pointer: '/x/y' }],
    ['A.15', [{ op: 'test', path: '/a', value: '1' }], { kind: 'test-failed', detail: '/a is 1, not "1".' }],
    ['replace nothing', [{ op: 'replace', path: '/x', value: 1 }], { detail: 'There is nothing at /x.' }],
    ['remove nothing', [{ op: 'remove', path: '/x' }], { detail: 'There is nothing at /x.' }],
    ['remove all', [{ op: 'remove', path: '' }], { pointer: '' }],
    [
      'beyond the end',
      [{ op: 'add', path: '/l/3', value: 1 }],
      { detail: expect.stringContaining('0 to 2, or - for the end') },
    ],
    ['no place', [{ op: 'remove', path: '/l/01' }], { detail: expect.stringContaining('its places are 0 to 1') }],
    ['the end is no item', [{ op: 'replace', path: '/l/-', value: 1 }], { pointer: '/l/-' }],
    [
      'through a scalar',
      [{ op: 'add', path: '/a/b', value: 1 }],
      { detail: '/a/b leads through 1, which has no members.' },
    ],
    ['into itself', [{ op: 'move', from: '/l', path: '/l/0' }], { pointer: '/l/0' }],
    ['a prototype', [{ op: 'add', path: '/__proto__/x', value: 1 }], { pointer: '/__proto__/x' }],
    [
      'the second of two',
      [
        { op: 'remove', path: '/a' },
        { op: 'remove', path: '/a' },
      ],
      { index: 1, pointer: '/a' },
    ],
  ])('%s', (_, patch, refusal) => {
    expect(applyPatch({ a: 1, l: [1, 2] }, patch)).toMatchObject(refusal)
    expect(({} as { x?: number }).x).toBeUndefined()
  })

  test('copies that double the document are refused before they fill the memory', () => {
    const double: PatchOperation[] = Array.from({ length: 200 }, (_, i) => ({ op: 'copy', from: '', path: `/c${i}` }))
    expect(applyPatch({ a: 1 }, double)).toMatchObject({ kind: 'not-applicable', index: 13 })
  })
})
