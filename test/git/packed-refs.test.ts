/** The file of packed refs, as git writes it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parsePackedRefs } from '../../src/git/refs/packed-refs.ts'
import type { Oid } from '../../src/kernel/ids.ts'
import { createTestRepository, type TestRepository } from '../support/repository.ts'

let folder: string
let repository: TestRepository
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packed-refs-'))
  repository = createTestRepository(join(folder, 'repos'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const oidOf = (digit: number): Oid => digit.toString(16).repeat(40) as Oid
const name = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', 'é'), minLength: 1, maxLength: 4 })
const values = fc.dictionary(
  name.map((text) => `refs/heads/${text}`),
  fc.nat(15),
  { maxKeys: 12 },
)
const asMap = (entries: Record<string, number>): Map<string, Oid> =>
  new Map(Object.entries(entries).map(([key, digit]) => [key, oidOf(digit)]))

test('what was put in is found, what was not is not, and others stay', () => {
  fc.assert(
    fc.property(values, values, name, (before, after, other) => {
      const text = parsePackedRefs(parsePackedRefs('').with(asMap(before)))
      const refs = parsePackedRefs(text.with(asMap(after)))
      const expected = new Map([...asMap(before), ...asMap(after)])
      for (const [key, oid] of expected) expect(refs.oidOf(key), key).toBe(oid)
      if (!expected.has(`refs/heads/${other}`)) expect(refs.oidOf(`refs/heads/${other}`)).toBeUndefined()
    }),
  )
})

test('it is, byte for byte, what git would have written', () => {
  const { git, gitDir } = repository
  const path = join(gitDir, 'packed-refs')
  const [one, two] = [git(['rev-parse', 'main']), repository.commit('other', { files: { a: 'a' } })] as [Oid, Oid]
  git(['tag', '-a', '-m', 'peeled', 'v1', one])
  git(['update-ref', 'refs/heads/customer/é', one])
  git(['update-ref', 'refs/heads/customer/b', one])
  git(['pack-refs', '--all'])
  const refs = parsePackedRefs(readFileSync(path, 'latin1'))
  expect(refs.oidOf('refs/tags/v1')).toBe(git(['rev-parse', 'refs/tags/v1']))
  const moved = [
    'refs/heads/customer/é',
    'refs/heads/customer/a',
    'refs/heads/zz',
    'refs/heads/customer/b',
    'refs/heads/a',
  ]
  const ours = refs.with(new Map(moved.map((ref) => [ref, two])))
  for (const ref of moved) git(['update-ref', ref, two])
  git(['pack-refs', '--all'])
  expect(ours).toBe(readFileSync(path, 'latin1'))
})

test('a file that does not say that it is sorted is put in order, tags with what they peel to', () => {
  const { git, gitDir } = repository
  git(['pack-refs', '--all'])
  const path = join(gitDir, 'packed-refs')
  const shown = git(['show-ref', '--dereference'])
  const text = readFileSync(path, 'latin1')
  const entries = text.split(/\n(?!\^)/).slice(1, -1)
  const unsorted = `# pack-refs with: peeled fully-peeled \n${entries.reverse().join('\n')}\n`
  const refs = parsePackedRefs(unsorted)
  for (const line of git(['show-ref']).split('\n')) expect(refs.oidOf(line.slice(41))).toBe(line.slice(0, 40))
  writeFileSync(path, refs.with(new Map()), 'latin1')
  expect(git(['show-ref', '--dereference'])).toBe(shown)
})
