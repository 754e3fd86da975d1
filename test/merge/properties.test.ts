import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import type { JsonObject } from '../../src/kernel/json.ts'
import { mergeFiles } from '../../src/rollouts/merge/merge-files.ts'
import type { MergePolicies } from '../../src/rollouts/merge/values/policies.ts'
import { canonical, documents, edited, edits, mergeValues } from './random-values.ts'

/** Lists taken whole, as the merge of plain values takes them. */
const policies: MergePolicies = {
  arrays: ['/*', '/*/*', '/*/*/*', '/*/*/*/*', '/*/*/*/*/*'].map((pattern) => ({ pattern, policy: 'atomic' })),
}

const FORMATS = [
  {
    path: 'x.json',
    write: (json: JsonObject) => `${JSON.stringify(json, null, 2)}\n`,
    read: (text: string): unknown => JSON.parse(text),
  },
  {
    path: 'compact.json',
    write: (json: JsonObject) => JSON.stringify(json),
    read: (text: string): unknown => JSON.parse(text),
  },
  {
    path: 'x.yaml',
    write: (json: JsonObject) => stringify(json, { lineWidth: 0 }),
    read: (text: string): unknown => parse(text),
  },
  {
    path: 'x.yml',
    write: (json: JsonObject) => stringify(json, { indentSeq: false, indent: 4 }),
    read: (text: string): unknown => parse(text),
  },
]

const cases = fc.tuple(documents, edits, edits)
const options = { numRuns: 150 }

describe.each(FORMATS)('random edits of $path on both sides', ({ path, write, read }) => {
  test('the merge is that of the values, and a conflict exactly where both changed one thing differently', () => {
    fc.assert(
      fc.property(cases, ([document, mine, other]) => {
        const [ours, theirs] = [edited(document, mine), edited(document, other)]
        const expected = mergeValues(document, ours, theirs)
        const result = mergeFiles({ path, base: write(document), ours: write(ours), theirs: write(theirs), policies })
        expect(result.conflicts.map(({ pointer }) => pointer).sort()).toEqual(expected.conflicts.sort())
        if (result.status === 'clean') expect(canonical(read(result.text!))).toBe(canonical(expected.value))
      }),
      options,
    )
  })

  test('swapped sides give the same value or the same conflicts', () => {
    fc.assert(
      fc.property(cases, ([document, mine, other]) => {
        const [base, ours, theirs] = [write(document), write(edited(document, mine)), write(edited(document, other))]
        const one = mergeFiles({ path, base, ours, theirs })
        const two = mergeFiles({ path, base, ours: theirs, theirs: ours })
        expect(two.status).toBe(one.status)
        expect(two.conflicts.map(({ pointer }) => pointer).sort()).toEqual(
          one.conflicts.map(({ pointer }) => pointer).sort(),
        )
        if (one.status === 'clean') expect(unordered(read(two.text!))).toBe(unordered(read(one.text!)))
      }),
      options,
    )
  })

  test('merging the result again with either side changes nothing', () => {
    fc.assert(
      fc.property(cases, ([document, mine, other]) => {
        const [base, ours, theirs] = [write(document), write(edited(document, mine)), write(edited(document, other))]
        const { status, text } = mergeFiles({ path, base, ours, theirs })
        fc.pre(status === 'clean')
        expect(mergeFiles({ path, base: theirs, ours: text!, theirs })).toMatchObject({ status: 'clean', text })
        expect(mergeFiles({ path, base: ours, ours, theirs: text! })).toMatchObject({ status: 'clean', text })
      }),
      options,
    )
  })

  test('one-sided edits give that side, byte for byte', () => {
    fc.assert(
      fc.property(fc.tuple(documents, edits), ([document, mine]) => {
        const [base, ours] = [write(document), write(edited(document, mine))]
        expect(mergeFiles({ path, base, ours, theirs: base })).toMatchObject({ status: 'clean', text: ours })
        expect(mergeFiles({ path, base, ours: base, theirs: ours })).toMatchObject({ status: 'clean', text: ours })
        expect(mergeFiles({ path, base, ours, theirs: ours })).toMatchObject({ status: 'clean', text: ours })
      }),
      options,
    )
  })
})

describe('a place that has an owner', () => {
  const key = fc.constantFrom('a', 'b', 'c')
  const owner = fc.constantFrom('ours' as const, 'theirs' as const)

  test.each(FORMATS)(
    'is as the owner has it, and all else is merged as without the rule: $path',
    ({ path, write, read }) => {
      fc.assert(
        fc.property(cases, key, owner, ([document, mine, other], owned, by) => {
          const [ours, theirs] = [edited(document, mine), edited(document, other)]
          const texts = { base: write(document), ours: write(ours), theirs: write(theirs) }
          const owners = [{ pattern: `/${owned}`, owner: by }]
          const result = mergeFiles({ path, ...texts, policies: { ...policies, owners } })
          const elsewhere = mergeValues(document, ours, theirs).conflicts.filter(
            (pointer) => pointer !== `/${owned}` && !pointer.startsWith(`/${owned}/`),
          )
          expect(result.conflicts.map(({ pointer }) => pointer).sort()).toEqual(elsewhere.sort())
          if (result.status === 'clean') {
            const kept = { ours, theirs }[by][owned]
            expect(canonical((read(result.text!) as JsonObject)[owned])).toBe(canonical(kept))
          }
        }),
        options,
      )
    },
  )
})

/** What two sides add to a list at one place stands in the order of the sides: compare without it. */
const unordered = (json: unknown): string =>
  canonical(
    JSON.parse(JSON.stringify(json), (_, inner) => (Array.isArray(inner) ? inner.map(canonical).sort() : inner)),
  )
