/** The order of a list is part of its value: it does not depend on which side is called ours. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeFiles } from '../../src/rollouts/merge/merge-files.ts'

const names = fc.uniqueArray(
  fc.nat(11).map((n) => `n${n}`),
  { minLength: 1, maxLength: 6 },
)
const edit = fc.oneof(
  fc.record({ do: fc.constant('add' as const), name: fc.nat(11).map((n) => `n${n}`), at: fc.nat(6) }),
  fc.record({ do: fc.constant('remove' as const), at: fc.nat(6) }),
  fc.record({ do: fc.constant('move' as const), at: fc.nat(6), to: fc.nat(6) }),
)
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never

function edited(list: readonly string[], edits: readonly Edit[]): string[] {
  const out = [...list]
  for (const change of edits) {
    if (change.do === 'remove') out.splice(change.at, 1)
    else if (change.do === 'move') out.splice(change.to, 0, ...out.splice(change.at, 1))
    else if (!out.includes(change.name)) out.splice(change.at, 0, change.name)
  }
  return out
}

const FORMATS = [
  { kind: 'names', write: (list: readonly string[]) => list.map((name) => `- ${name}\n`).join('') || '[]\n' },
  {
    kind: 'maps with a name',
    write: (list: readonly string[]) => list.map((name) => `- name: ${name}\n  of: list\n`).join('') || '[]\n',
  },
]

test.each(FORMATS)('$kind: swapped sides give the same list, or a conflict', ({ write }) => {
  const edits = fc.array(edit, { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(names, edits, edits, (list, mine, other) => {
      const [base, ours, theirs] = [write(list), write(edited(list, mine)), write(edited(list, other))]
      const one = mergeFiles({ path: 'x.yaml', base, ours, theirs })
      const two = mergeFiles({ path: 'x.yaml', base, ours: theirs, theirs: ours })
      expect(two.status).toBe(one.status)
      if (one.status === 'clean') expect(two.text).toBe(one.text)
    }),
    { numRuns: Number(process.env.RUNS ?? 500) },
  )
})
