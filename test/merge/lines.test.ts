import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { mergeLines } from '../../src/rollouts/merge/lines/merge-lines.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-merge-'))
afterAll(() => rmSync(folder, { recursive: true }))

const LABELS = { ours: 'ours', theirs: 'theirs' }

/** What Git itself writes, and how many conflicts it counts. */
function gitMergeFile(base: string, ours: string, theirs: string) {
  const files = Object.entries({ ours, base, theirs }).map(([name, text]) => {
    const file = join(folder, name)
    writeFileSync(file, text)
    return file
  })
  const { status, stdout } = spawnSync('git', [
    'merge-file',
    '-p',
    '-q',
    '-L',
    'ours',
    '-L',
    'base',
    '-L',
    'theirs',
    ...files,
  ])
  return { text: stdout.toString(), conflicts: status }
}

function expectAsGit(base: string, ours: string, theirs: string): void {
  const merged = mergeLines(base, ours, theirs, LABELS)
  // Git's exit code counts no further than 127.
  const conflicts = Math.min(merged.conflicts.length, 127)
  expect({ text: merged.text, conflicts }).toEqual(gitMergeFile(base, ours, theirs))
}

/** Few distinct lines, so that they repeat; some hold no word, which Git's joining of conflicts looks at. */
const lines = fc.constantFrom('a', 'b', 'c', 'd', '}', '', '  - x', '  - y')
const texts = (eol: string) =>
  fc
    .tuple(fc.array(lines, { maxLength: 25 }), fc.boolean())
    .map(([parts, ended]) => parts.join(eol) + (ended ? eol : ''))

describe('the merge by lines is that of git merge-file, byte for byte', () => {
  test('git is there to be compared with', () => {
    expect(execFileSync('git', ['--version']).toString()).toContain('git version')
  })

  test.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
  ])('random texts with %s', (_, eol) => {
    fc.assert(
      fc.property(texts(eol), texts(eol), texts(eol), (base, ours, theirs) => expectAsGit(base, ours, theirs)),
      { numRuns: 80 },
    )
  })

  test('random edits of one long text', () => {
    const edit = fc.record({ at: fc.nat(199), remove: fc.nat(4), add: fc.array(lines, { maxLength: 3 }) })
    const sides = fc.array(edit, { maxLength: 6 })
    const base = Array.from({ length: 200 }, (_, i) => (i % 7 === 0 ? '}' : `line ${i % 60}`))
    const apply = (changes: { at: number; remove: number; add: string[] }[]) => {
      const copy = [...base]
      for (const { at, remove, add } of changes) copy.splice(at, remove, ...add)
      return `${copy.join('\n')}\n`
    }
    fc.assert(
      fc.property(sides, sides, (mine, other) => expectAsGit(apply([]), apply(mine), apply(other))),
      { numRuns: 80 },
    )
  })

  test('texts so different that the search gives up on the shortest edit', () => {
    const shuffled = (seed: number) =>
      Array.from({ length: 3000 }, (_, i) => `${(i * seed) % 2999} ${((i * seed) % 13) * seed}\n`).join('')
    expectAsGit(shuffled(1), shuffled(7), shuffled(1009))
    expectAsGit(shuffled(31), shuffled(31).replaceAll('5', 'x'), shuffled(31).replaceAll('7', 'y'))
  })

  test('a marker line ends as the lines around it do', () => {
    expectAsGit('a\r\nb\r\nc\r\n', 'a\r\nx\r\nc\r\n', 'a\r\ny\r\nc\r\n')
    expectAsGit('a\r\nb', 'a\r\nx', 'a\r\ny')
    expectAsGit('a\nb\r\n', 'a\nx\r\n', 'a\ny\r\n')
    expectAsGit('', 'x', 'y')
  })
})
