import { describe, expect, test } from 'vitest'
import { mergeFiles } from '../../src/rollouts/merge/merge-files.ts'
import type { MergePolicies } from '../../src/rollouts/merge/values/policies.ts'

const merge = (policies: MergePolicies, base: string, ours: string, theirs: string, path = 'x.yaml') =>
  mergeFiles({ path, base, ours, theirs, policies })

describe('who owns a place decides there', () => {
  const base = 'limits:\n  requests: 1\nplan: a\n'
  const ours = 'limits:\n  requests: 2\nplan: b\n'
  const theirs = 'limits:\n  requests: 3\nplan: c\n'

  test.each([
    ['ours', 'limits:\n  requests: 2\nplan: b\n'],
    ['theirs', 'limits:\n  requests: 3\nplan: c\n'],
  ] as const)('%s', (owner, text) => {
    const owners = ['/limits/*', '/plan'].map((pattern) => ({ pattern, owner }))
    expect(merge({ owners }, base, ours, theirs)).toMatchObject({ status: 'clean', text })
  })

  test('also where the other side alone changed it', () => {
    const owners = [{ pattern: '/plan', owner: 'ours' }] as const
    expect(merge({ owners }, base, base, theirs)).toMatchObject({ text: 'limits:\n  requests: 3\nplan: a\n' })
  })

  test('and where the owner has nothing there', () => {
    const owners = [{ pattern: '/plan', owner: 'theirs' }] as const
    const text = 'limits:\n  requests: 1\n'
    expect(merge({ owners }, base, 'limits:\n  requests: 1\nplan: b\n', text)).toMatchObject({ status: 'clean', text })
  })

  test('elsewhere the sides still disagree', () => {
    const owners = [{ pattern: '/plan', owner: 'ours' }] as const
    const { conflicts } = merge({ owners }, base, ours, theirs)
    expect(conflicts.map(({ pointer }) => pointer)).toEqual(['/limits/requests'])
  })
})

describe('a declared policy decides how a list is merged', () => {
  const lists = ['a: [1, 2, 3]\n', 'a: [1, 2, 3, 4]\n', 'a: [0, 1, 2, 3]\n'] as const

  test('atomic: two changes of a list are a conflict', () => {
    const arrays = [{ pattern: '/a', policy: 'atomic' }] as const
    expect(merge({ arrays }, ...lists).conflicts).toMatchObject([{ pointer: '/a', kind: 'edit-edit' }])
  })

  test('set: the additions of both sides, in any order', () => {
    const arrays = [{ pattern: '/a', policy: 'set' }] as const
    expect(merge({ arrays }, ...lists)).toMatchObject({ status: 'clean', text: 'a: [0, 1, 2, 3, 4]\n' })
  })

  test('ordered: two things put in one place are a conflict, even where a set would take both', () => {
    const arrays = [{ pattern: '/a', policy: 'ordered' }] as const
    const sides = ['a: [x]\n', 'a: [x, y]\n', 'a: [x, z]\n'] as const
    expect(merge({ arrays }, ...sides).conflicts).toMatchObject([{ pointer: '/a', kind: 'order' }])
    expect(merge({}, ...sides)).toMatchObject({ status: 'clean', text: 'a: [x, y, z]\n' })
  })

  test('map: items are the same that have the same member', () => {
    const arrays = [{ pattern: '/a', policy: { map: ['port'] } }] as const
    const base = 'a:\n- {port: 1, name: x}\n- {port: 2, name: x}\n'
    const result = merge(
      { arrays },
      base,
      base.replace('port: 1, name: x', 'port: 1, name: y'),
      base.replace('port: 2, name: x', 'port: 2, name: z'),
    )
    expect(result).toMatchObject({ status: 'clean', text: 'a:\n- {port: 1, name: y}\n- {port: 2, name: z}\n' })
  })
})

test('byte order mark, line ends and the end of the last line follow the side that changed them', () => {
  const base = '{"a": 1, "b": 1}'
  const ours = '\ufeff{"a": 2, "b": 1}\r\n'
  const theirs = '{"a": 1, "b": 2}'
  expect(merge({}, base, ours, theirs, 'x.json')).toMatchObject({ status: 'clean', text: '\ufeff{"a": 2, "b": 2}\r\n' })
})

test('conflict markers carry the labels that are asked for', () => {
  const labels = { ours: 'customer/acme', theirs: 'main' }
  const { text } = mergeFiles({ path: 'x.yaml', base: 'a: 1\n', ours: 'a: 2\n', theirs: 'a: 3\n', labels })
  expect(text).toBe('<<<<<<< customer/acme\na: 2\n=======\na: 3\n>>>>>>> main\n')
})
