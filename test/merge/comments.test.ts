/** Comments of YAML through a merge: what either side wrote is there, once, wherever the other put entries and blank lines. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeFiles } from '../../src/rollouts/merge/merge-files.ts'

const block = fc.record({
  blankAbove: fc.boolean(),
  commentAbove: fc.boolean(),
  members: fc.array(fc.record({ blankAbove: fc.boolean(), commentAbove: fc.boolean() }), { maxLength: 3 }),
  commentBelow: fc.boolean(),
})

/** The lines of a document. Each key and each comment is there once. */
function linesOf(blocks: readonly (typeof block extends fc.Arbitrary<infer T> ? T : never)[]): string[] {
  const lines = ['first: 0']
  const add = (line: string, wanted = true) => {
    if (wanted) lines.push(line.replace('N', `${lines.length}`))
  }
  for (const { blankAbove, commentAbove, members, commentBelow } of blocks) {
    add('', blankAbove)
    add('# base-N.', commentAbove)
    add(members.length === 0 ? 'key-N: 1' : 'key-N:')
    for (const member of members) {
      add('', member.blankAbove)
      add('  # base-N.', member.commentAbove)
      add('  member-N: 1')
    }
    add('# base-N.', commentBelow)
  }
  return lines
}

const edit = fc.record({ at: fc.nat(), write: fc.constantFrom('comment', 'blank', 'entry', 'value', 'other words') })

function edited(lines: readonly string[], edits: readonly { at: number; write: string }[], side: string): string[] {
  const out = [...lines]
  edits.forEach(({ at, write }, i) => {
    const line = 1 + (at % out.length)
    const here = out[line] ?? ''
    const indent = /^ */.exec(here)![0]
    if (write === 'comment') out.splice(line, 0, `${indent}# ${side}-${i}.`)
    if (write === 'blank') out.splice(line, 0, '')
    if (write === 'entry') out.splice(line, 0, `${indent}${side}-${i}: 1`)
    if (write === 'value') out[line] = here.replace(/: 1$/, `: ${side}`)
    if (write === 'other words') out[line] = here.replace(/# .*/, `# ${side}-${i}.`)
  })
  return out
}

test('a comment that either side wrote is neither lost nor doubled', () => {
  const edits = fc.array(edit, { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(fc.array(block, { minLength: 1, maxLength: 5 }), edits, edits, (blocks, mine, other) => {
      const lines = linesOf(blocks)
      const [base, ours, theirs] = [lines, edited(lines, mine, 'ours'), edited(lines, other, 'theirs')].map((side) =>
        side.map((line) => `${line}\n`).join(''),
      ) as [string, string, string]
      const { status, text } = mergeFiles({ path: 'x.yaml', base, ours, theirs })
      fc.pre(status === 'clean')
      const merged = commentsOf(text!)
      expect(merged).toEqual([...new Set(merged)])
      const wanted = [...commentsOf(ours), ...commentsOf(theirs)].filter(
        (comment) => !base.includes(comment) || (ours.includes(comment) && theirs.includes(comment)),
      )
      expect(merged).toEqual(expect.arrayContaining(wanted))
    }),
    { numRuns: Number(process.env.RUNS ?? 400) },
  )
})

const commentsOf = (text: string): string[] => text.match(/# \S+\./g) ?? []
