/** Where Git itself merges cleanly and the result is a valid file, the structural merge is Git's, byte for byte. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { parseDocument, stringify } from 'yaml'
import type { JsonObject } from '../../src/kernel/json.ts'
import { mergeFiles } from '../../src/rollouts/merge/merge-files.ts'
import { documents, edited, edits } from './random-values.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-as-git-'))
afterAll(() => rmSync(folder, { recursive: true }))

const FORMATS = [
  { path: 'x.json', write: (json: JsonObject) => `${JSON.stringify(json, null, 2)}\n` },
  { path: 'x.yaml', write: (json: JsonObject) => stringify(json, { lineWidth: 0 }) },
]

/** What Git makes of it; undefined where it finds a conflict. */
function gitMerge(texts: { ours: string; base: string; theirs: string }): string | undefined {
  const files = Object.entries(texts).map(([name, text]) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  })
  const { status, stdout } = spawnSync('git', ['merge-file', '-p', '-q', ...files])
  return status === 0 ? stdout.toString() : undefined
}

/** JSON is YAML, and this parser refuses a key that stands twice. */
const isValid = (text: string): boolean => parseDocument(text).errors.length === 0

describe.each(FORMATS)('random edits of $path', ({ path, write }) => {
  test('merge as Git merges them where that is clean and valid', () => {
    let compared = 0
    fc.assert(
      fc.property(documents, edits, edits, (document, mine, other) => {
        const texts = {
          ours: write(edited(document, mine)),
          base: write(document),
          theirs: write(edited(document, other)),
        }
        const git = gitMerge(texts)
        if (git === undefined || !isValid(git)) return
        compared++
        expect(mergeFiles({ path, ...texts })).toMatchObject({ status: 'clean', text: git })
      }),
      { numRuns: process.env.ESPALIER_SOAK === '1' ? 5_000 : 120 },
    )
    expect(compared).toBeGreaterThan(20)
  })
})
