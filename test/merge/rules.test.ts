/** One file of testdata per rule, named after it: the three versions, the conflicts if any, and the merged text. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { mergeFiles } from '../../src/rollouts/merge/merge-files.ts'

const TESTDATA = new URL('./testdata/', import.meta.url)

type Section = 'base' | 'ours' | 'theirs' | 'conflicts' | 'merged'

function sectionsOf(file: string): Partial<Record<Section, string>> {
  const parts = readFileSync(new URL(file, TESTDATA), 'utf8').split(/^=== (\w+)\n/m)
  const sections: Record<string, string> = {}
  for (let i = 1; i < parts.length; i += 2) sections[parts[i]!] = parts[i + 1]!
  return sections
}

describe('each rule of the structural merge', () => {
  for (const file of readdirSync(TESTDATA)) {
    test(file, () => {
      const { base = '', ours = '', theirs = '', conflicts = '', merged } = sectionsOf(file)
      const result = mergeFiles({ path: file, base, ours, theirs })
      expect(result.text).toBe(merged)
      expect(result.conflicts.map(({ kind, pointer }) => `${kind} ${pointer}\n`).join('')).toBe(conflicts)
      expect(result.status).toBe(conflicts === '' ? 'clean' : 'conflict')
    })
  }
})
