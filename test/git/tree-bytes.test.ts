/** Trees and commits written here, beside those that git writes of the same. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { objectId } from '../../src/git/objects/object-id.ts'
import { parseSimilarTree } from '../../src/git/objects/similar-tree.ts'
import {
  editTree,
  FOLDER_MODE,
  parseTree,
  type RawEntry,
  serializeTree,
  type TreeEdit,
} from '../../src/git/objects/tree-bytes.ts'
import type { Oid } from '../../src/kernel/ids.ts'
import { createTestRepository, type TestRepository } from '../support/repository.ts'

const RUNS = process.env.ESPALIER_SOAK === '1' ? 1_000 : 40

let folder: string
let repository: TestRepository
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tree-bytes-'))
  repository = createTestRepository(join(folder, 'repos'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Names that are close to each other, so that the order of "a", "a.b", "a/" and "a0" matters. */
const name = fc
  .oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', '.', '-', '0', 'é', 'ß', '😀'), minLength: 1, maxLength: 4 }),
    fc.constantFrom('tools', 'tools.json', 'tools-', 'tools0', 'a b', 'A'),
  )
  .filter((text) => text !== '.' && text !== '..')
const mode = fc.constantFrom(FOLDER_MODE, '100644', '100755', '120000', '160000')
const oid = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('hex') as Oid)
const entries = fc.uniqueArray(fc.record({ mode, name, oid }), { selector: (entry) => entry.name, maxLength: 12 })

/** The id that `git mktree` gives the tree of `entries`. */
const idByGit = (list: readonly RawEntry[]): string => {
  const lines = list.map(
    (entry) => `${entry.mode.padStart(6, '0')} ${typeOf(entry.mode)} ${entry.oid}\t${entry.name}\0`,
  )
  return repository.git(['mktree', '-z', '--missing'], lines.join(''))
}
const typeOf = (of: string): string => (of === FOLDER_MODE ? 'tree' : of === '160000' ? 'commit' : 'blob')

describe('a tree', () => {
  test('has the bytes that git gives it, whatever the order of its entries', () => {
    fc.assert(
      fc.property(entries, (list) => {
        expect(objectId('tree', serializeTree(list))).toBe(idByGit(list))
      }),
      { numRuns: RUNS },
    )
  })

  test('is read as it was written', () => {
    fc.assert(
      fc.property(entries, (list) => {
        const byName = (a: RawEntry, b: RawEntry): number => (a.name < b.name ? -1 : 1)
        expect(parseTree(serializeTree(list)).sort(byName)).toEqual([...list].sort(byName))
      }),
    )
  })

  test('is edited as if it had been written anew', () => {
    const edit = fc.option(fc.record({ mode, oid }), { nil: null })
    fc.assert(
      fc.property(entries, fc.array(fc.tuple(name, edit), { maxLength: 6 }), (list, changes) => {
        const edits = new Map<string, TreeEdit>(changes)
        // Some edits of what is there: a folder that becomes a file moves to another place.
        for (const [at, entry] of list.entries()) {
          if (at % 3 === 0) edits.set(entry.name, at % 2 === 0 ? null : { mode: '40000', oid: entry.oid })
        }
        const left = list.filter((entry) => !edits.has(entry.name))
        const added = [...edits].flatMap(([of, value]) => (value ? [{ name: of, ...value }] : []))
        expect(editTree(serializeTree(list), edits)).toEqual(serializeTree([...left, ...added]))
      }),
      { numRuns: 500 },
    )
  })

  test('keeps entries that are not edited byte for byte, also what git no longer writes', () => {
    const odd = Buffer.concat([Buffer.from('100664 \xff\xfe\0', 'latin1'), Buffer.alloc(20, 7)])
    const made = editTree(odd, new Map([['a', { mode: '100644', oid: '1'.repeat(40) as Oid }]]))
    expect(made.subarray(-odd.length)).toEqual(odd)
    expect(editTree(made, new Map([['a', null]]))).toEqual(odd)
  })

  test.each([['40000'], ['100644 a'], ['100644 a\0abc'], ['100644 \0aaaaaaaaaaaaaaaaaaaaa']])(
    'bytes that are no tree are refused: %j',
    (text) => expect(() => parseTree(Buffer.from(text))).toThrow(RangeError),
  )

  test.each([[''], ['a/b'], ['a\0']])('%j is no name', (bad) => {
    expect(() => serializeTree([{ mode: '100644', name: bad, oid: '1'.repeat(40) as Oid }])).toThrow(RangeError)
  })

  test('a name stands once', () => {
    const entry = { name: 'a', oid: '1'.repeat(40) as Oid }
    expect(() =>
      serializeTree([
        { ...entry, mode: '100644' },
        { ...entry, mode: '40000' },
      ]),
    ).toThrow(/twice/)
  })
})

describe('a tree beside one that it resembles', () => {
  test('has the entries that it has by itself, whatever the other holds', () => {
    fc.assert(
      fc.property(entries, entries, fc.infiniteStream(fc.boolean()), (first, second, takes) => {
        const edited = new Map([...second, ...first.filter(() => takes.next().value)].map((each) => [each.name, each]))
        const [like, bytes] = [serializeTree(first), serializeTree([...edited.values()])]
        const alone = parseSimilarTree(bytes, [])
        expect(alone.map(({ oid: id }) => id)).toEqual(parseTree(bytes).map(({ oid: id }) => id))
        expect(parseSimilarTree(bytes, parseSimilarTree(like, []))).toEqual(alone)
      }),
      { numRuns: RUNS },
    )
  })

  test('gives what both have as the very same object', () => {
    const file = (letter: string, id: string): RawEntry => ({ mode: '100644', name: letter, oid: id.repeat(40) as Oid })
    const like = parseSimilarTree(serializeTree(['a', 'c', 'd', 'e'].map((letter) => file(letter, '1'))), [])
    const changed = [file('a', '1'), file('b', '1'), file('c', '2'), file('d', '1'), file('e', '1')]
    const entries = parseSimilarTree(serializeTree(changed), like)
    expect(entries.map((entry) => like.includes(entry))).toEqual([true, false, false, true, true])
  })

  test('is not taken for it where only a damaged name would fit', () => {
    const letter = parseSimilarTree(serializeTree([{ mode: '100644', name: 'é', oid: '1'.repeat(40) as Oid }]), [])
    const damaged = Buffer.concat([Buffer.from('100644 '), Buffer.of(0xe9, 0), Buffer.alloc(20, 0x11)])
    expect(parseSimilarTree(damaged, letter)).toMatchObject([{ name: '\ufffd' }])
  })
})
