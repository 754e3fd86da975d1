import { describe, expect, test } from 'vitest'
import { mergeFiles } from '../../src/rollouts/merge/merge-files.ts'

/** Edits at both ends of a text, so that both sides have changed it. */
function mergeBothEnds(path: string, text: string) {
  return mergeFiles({ path, base: text, ours: `# ours\n${text}`, theirs: `${text}# theirs\n` })
}

describe('a hostile text is merged by lines and does no harm', () => {
  test.each([
    ['flow sequences', 'x.yaml', `a: ${'['.repeat(200_000)}${']'.repeat(200_000)}\n`],
    ['flow maps', 'x.yaml', `a: ${'{a: '.repeat(100_000)}1${'}'.repeat(100_000)}\n`],
    ['dashes', 'x.yaml', `${'- '.repeat(100_000)}a\n`],
    ['maps', 'x.yaml', Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
    ['arrays', 'x.json', `${'['.repeat(200_000)}${']'.repeat(200_000)}\n`],
    ['open arrays', 'x.json', `${'['.repeat(200_000)}\n`],
    ['objects', 'x.json', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}\n`],
  ])('nested %s', (_, path, text) => {
    expect(mergeBothEnds(path, text)).toMatchObject({ status: 'clean', method: 'lines' })
  })

  test('fifty thousand lines of a tab are blank lines', () => {
    const text = `a:\n${'\t\n'.repeat(50_000)}b: 1\n`
    expect(mergeBothEnds('x.yaml', text)).toMatchObject({ status: 'clean', text: `# ours\n${text}# theirs\n` })
  })

  // Comparing the rest of the text at each of them would take minutes.
  test('fifty thousand items that have to be read one by one merge', { timeout: 60_000 }, () => {
    const text = Array.from({ length: 50_000 }, (_, i) => (i % 2 === 0 ? `- &a${i} x\n` : '- y\n')).join('')
    const result = mergeFiles({ path: 'x.yaml', base: text, ours: `- o\n${text}`, theirs: `${text}- t\n` })
    expect(result).toMatchObject({ status: 'clean', method: 'structural', text: `- o\n${text}- t\n` })
  })

  test('aliases of aliases are not followed', () => {
    const levels = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(10)}]\n`)
    const text = `a0: &a0 x\n${levels.join('')}`
    const result = mergeFiles({ path: 'x.yaml', base: text, ours: `o: 1\n${text}`, theirs: `${text}t: 2\n` })
    expect(result).toMatchObject({ status: 'clean', text: `o: 1\n${text}t: 2\n` })
  })

  test('names of Object.prototype are keys like any other', () => {
    const result = mergeFiles({
      path: 'x.json',
      base: '{\n  "a": 1\n}\n',
      ours: '{\n  "a": 1,\n  "__proto__": 2\n}\n',
      theirs: '{\n  "a": 1,\n  "constructor": 3\n}\n',
    })
    expect(result).toMatchObject({
      status: 'clean',
      text: '{\n  "a": 1,\n  "__proto__": 2,\n  "constructor": 3\n}\n',
    })
  })

  // Quadratic work on these would take minutes.
  test('fifty thousand members, all changed by one side or the other, merge', { timeout: 60_000 }, () => {
    const members = (value: (i: number) => string) =>
      Array.from({ length: 50_000 }, (_, i) => `k${i}: ${value(i)}\n`).join('')
    const result = mergeFiles({
      path: 'x.yaml',
      base: members(() => 'x'),
      ours: members((i) => (i % 2 === 0 ? 'o' : 'x')),
      theirs: members((i) => (i % 2 === 0 ? 'x' : 't')),
    })
    expect(result).toMatchObject({ status: 'clean', text: members((i) => (i % 2 === 0 ? 'o' : 't')) })
  })

  test('twenty thousand places of one map to which both sides add merge', { timeout: 60_000 }, () => {
    const members = (added: (i: number) => string) =>
      Array.from({ length: 20_000 }, (_, i) => `k${i}: 1\n${added(i)}`).join('')
    const [mine, other] = [(i: number) => `o${i}: 1\n`, (i: number) => `t${i}: 1\n`]
    const result = mergeFiles({
      path: 'x.yaml',
      base: members(() => ''),
      ours: members(mine),
      theirs: members(other),
    })
    expect(result).toMatchObject({ status: 'clean', text: members((i) => mine(i) + other(i)) })
  })

  test('a list whose every item both sides replaced is one conflict', { timeout: 60_000 }, () => {
    const items = (mark: string) =>
      JSON.stringify(
        Array.from({ length: 20_000 }, (_, i) => ({ [mark]: `${mark}${i}` })),
        null,
        1,
      )
    const result = mergeFiles({ path: 'x.json', base: items('b'), ours: items('o'), theirs: items('t') })
    expect(result).toMatchObject({ status: 'conflict', conflicts: [{ pointer: '', kind: 'order' }] })
  })

  test('a binary file is not merged', () => {
    expect(mergeFiles({ path: 'x.bin', base: 'a\0', ours: 'b\0', theirs: 'c\0' })).toMatchObject({
      status: 'conflict',
      text: null,
    })
  })
})
