import { describe, expect, test } from 'vitest'
import { createLinker, linkWorkflows } from '../../src/workflows/link.ts'
import { workflowOf } from './programs.ts'

const link = (workflows: readonly string[], tools: readonly string[] = []) =>
  linkWorkflows(workflows.map(workflowOf), new Set(tools))

/** A workflow that calls each of `stages`. */
const calls = (name: string, ...stages: string[]): string => `{name: ${name}, stages: [${stages.join(', ')}]}`

describe('names', () => {
  test('tools, and workflows of the same tree, are known', () => {
    expect(link([calls('Outer', 'extract', 'Inner'), calls('Inner', 'load: {limit: 1}')], ['extract', 'load'])).toEqual(
      [],
    )
  })

  test('a stage that names nothing lists what there is, the nearest first', () => {
    const [problem] = link([calls('Close', 'extract', 'chek_thresholds')], ['approve', 'check_thresholds', 'extract'])
    expect(problem).toEqual({
      workflow: 'Close',
      violations: [
        {
          pointer: '/stages/1',
          part: 'value',
          code: 'unknown-stage',
          detail:
            '"chek_thresholds" is no tool or workflow of this tenant. Known are: check_thresholds, approve, extract.',
        },
      ],
    })
  })

  test('the place is that of the name in every form of stage', () => {
    const yaml = '{name: Close, stages: [a, b: {x: 1}, {name: g, activities: [c, d: null]}, "e/f": {}]}'
    expect(link([yaml])[0]!.violations.map(({ pointer, part }) => [pointer, part])).toEqual([
      ['/stages/0', 'value'],
      ['/stages/1/b', 'key'],
      ['/stages/2/activities/0', 'value'],
      ['/stages/2/activities/1/d', 'key'],
      ['/stages/3/e~1f', 'key'],
    ])
  })

  test('a long list of names is cut and counted', () => {
    const tools = Array.from({ length: 40 }, (_, index) => `tool_${index}`)
    const { detail } = link([calls('Close', 'zzz')], tools)[0]!.violations[0]!
    expect(detail.split(',')).toHaveLength(12)
    expect(detail).toMatch(/ and 28 more\.$/)
  })
})

describe('circles', () => {
  test('a workflow that calls itself is refused', () => {
    expect(link([calls('a', 'a')])).toMatchObject([
      { workflow: 'a', violations: [{ pointer: '/stages/0', code: 'workflow-cycle' }] },
    ])
    expect(link([calls('a', 'a')])[0]!.violations[0]!.detail).toContain('a -> a.')
  })

  test('a circle is shown in each of its files from there on, and not in a file that only leads to it', () => {
    const problems = link([calls('start', 't', 'a'), calls('a', 't', 'b'), calls('b', 'c: {}'), calls('c', 'a')], ['t'])
    expect(problems.map(({ workflow, violations }) => [workflow, violations.map(({ pointer }) => pointer)])).toEqual([
      ['a', ['/stages/1']],
      ['b', ['/stages/0/c']],
      ['c', ['/stages/0']],
    ])
    const paths = problems.map(({ violations }) => / end: (.*?)\. /.exec(violations[0]!.detail)?.[1])
    expect(paths).toEqual(['a -> b -> c -> a', 'b -> c -> a -> b', 'c -> a -> b -> c'])
  })

  test('a circle through the activity of a group is one too', () => {
    const problems = link(
      ['{name: a, stages: [{name: g, parallel: true, activities: [t, b]}]}', calls('b', 'a')],
      ['t'],
    )
    expect(problems[0]).toMatchObject({ violations: [{ pointer: '/stages/0/activities/1', code: 'workflow-cycle' }] })
  })

  test('two circles are both found', () => {
    const problems = link([calls('a', 'b'), calls('b', 'a'), calls('x', 'y'), calls('y', 'x')])
    expect(problems.map(({ workflow }) => workflow)).toEqual(['a', 'b', 'x', 'y'])
  })

  test('a name that is a tool as well closes no circle', () => {
    expect(link([calls('a', 'b'), calls('b', 'a')], ['b'])).toEqual([])
  })
})

describe('size', () => {
  /** w1 calls w2 ... calls w<length>, which calls a tool. */
  const chain = (length: number): string[] =>
    Array.from({ length }, (_, index) => calls(`w${index + 1}`, index + 1 < length ? `w${index + 2}` : 't'))

  test('eight workflows inside of each other are accepted', () => {
    expect(link(chain(8), ['t'])).toEqual([])
  })

  test('nine are refused once, with the path', () => {
    const problems = link(chain(11), ['t'])
    expect(problems).toMatchObject([
      { workflow: 'w3', violations: [{ pointer: '/stages/0', code: 'workflow-too-deep' }] },
    ])
    expect(problems[0]!.violations[0]!.detail).toContain(
      '9 deep here (w3 -> w4 -> w5 -> w6 -> w7 -> w8 -> w9 -> w10 -> w11)',
    )
  })

  test('workflows that multiply are refused where they become too many, and only there', () => {
    const ten = (name: string): string[] => Array.from({ length: 10 }, () => name)
    const problems = link(
      [calls('top', 'a', 'a'), calls('a', ...ten('b')), calls('b', ...ten('c')), calls('c', ...ten('t'))],
      ['t'],
    )
    expect(problems).toMatchObject([
      { workflow: 'a', violations: [{ pointer: '/stages', code: 'workflow-too-large' }] },
    ])
    // 10 calls of b, which makes 10 of c, which makes 10 of t.
    expect(problems[0]!.violations[0]!.detail).toContain('1110 calls')
  })

  test('a tree made to be slow is not', () => {
    const count = 2_000
    const all = Array.from({ length: count }, (_, index) => index)
    const dense = all.map((index) =>
      calls(`w${index}`, ...Array.from({ length: 50 }, (_, step) => `w${(index + step) % count}`)),
    )
    expect(link(dense)).toHaveLength(count)
    // One too deep, another with too many calls in it.
    expect(link(chain(count), ['t'])).toHaveLength(2)
    const unknown = all.map((index) =>
      calls(`w${index}`, ...Array.from({ length: 50 }, (_, step) => `x${index}_${step}`)),
    )
    expect(link(unknown)).toHaveLength(count)
  })
})

test('workflows that were found sound are looked at again when one of the names they use has become another thing', () => {
  const linked = createLinker()
  const byName = new Map(
    [calls('Outer', 'extract', 'Inner'), calls('Inner', 'load')].map(workflowOf).map((w) => [w.name, w]),
  )
  expect(linked(byName, new Set(['extract', 'load']))).toEqual([])
  expect(linked(byName, new Set(['extract', 'load', 'more']))).toEqual([])
  expect(linked(byName, new Set(['extract']))).toMatchObject([{ workflow: 'Inner' }])
  expect(linked(byName, new Set(['extract', 'load', 'Inner']))).toEqual([])
  expect(linked(byName, new Set(['extract', 'Inner']))).toMatchObject([{ workflow: 'Inner' }])
})
