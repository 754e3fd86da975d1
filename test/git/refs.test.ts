import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createRefReader, type RefReader } from '../../src/git/refs/refs.ts'
import type { RefName } from '../../src/kernel/ids.ts'
import { GIT_ENV } from '../support/repository.ts'

let gitDir: string
let reader: RefReader
/** Commits to point at. */
let oids: string[]

const git = (args: readonly string[], input = ''): string =>
  execFileSync('git', args, { cwd: gitDir, env: GIT_ENV, input, stdio: 'pipe' }).toString().trim()

beforeEach(() => {
  gitDir = mkdtempSync(join(tmpdir(), 'espalier-refs-'))
  git(['init', '--quiet', '--bare'])
  const tree = git(['mktree'])
  oids = ['a', 'b', 'c'].map((message) => git(['commit-tree', '-m', message, tree]))
  reader = createRefReader(gitDir)
})
afterEach(() => rmSync(gitDir, { recursive: true }))

const ref = (name: string): RefName => `refs/heads/${name}` as RefName
const read = (name: string): string => {
  const state = reader.read(ref(name))
  return state.kind === 'oid' ? state.oid : state.kind
}

function writeRaw(name: string, text: string): void {
  const path = join(gitDir, ref(name))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

describe('whatever git does to refs, the next read says it', () => {
  const NAMES = ['customer/a', 'customer/b', 'main'] as const
  const name = fc.constantFrom(...NAMES)
  const oid = fc.nat(2)
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('update' as const), name, oid }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), name }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('pack' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('transaction' as const), oid }) },
  )

  test('over random sequences of updates, deletions and packing', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 5, maxLength: 12 }), (steps) => {
        const expected = new Map<string, string>()
        for (const each of NAMES) {
          if (git(['for-each-ref', ref(each)]) !== '') git(['update-ref', '-d', ref(each)])
        }
        const pointAt = (names: readonly string[], index: number): void => {
          const target = oids[index] ?? ''
          git(['update-ref', '--stdin'], names.map((each) => `update ${ref(each)} ${target}\n`).join(''))
          for (const each of names) expected.set(each, target)
        }
        for (const next of steps) {
          if (next.kind === 'update') pointAt([next.name], next.oid)
          else if (next.kind === 'transaction') pointAt(NAMES, next.oid)
          else if (next.kind === 'pack') git(['pack-refs', '--all'])
          else if (expected.delete(next.name)) git(['update-ref', '-d', ref(next.name)])
          for (const each of NAMES) expect(read(each)).toBe(expected.get(each) ?? 'missing')
        }
      }),
      { numRuns: process.env.ESPALIER_SOAK === '1' ? 200 : 8 },
    )
  })

  test('ten thousand packed refs, each moved away from and back', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `customer/t${index}`)
    git(['update-ref', '--stdin'], names.map((each) => `create ${ref(each)} ${oids[0]}\n`).join(''))
    git(['pack-refs', '--all', '--prune'])
    for (const each of names) expect(read(each)).toBe(oids[0])
    git(['update-ref', ref('customer/t5000'), oids[1] ?? ''])
    expect(read('customer/t5000')).toBe(oids[1])
    git(['update-ref', '-d', ref('customer/t5000')])
    expect(read('customer/t5000')).toBe('missing')
    expect(read('customer/t5001')).toBe(oids[0])
  })
})

describe('a stat is not believed too early', () => {
  test('a loose ref rewritten thousands of times, in place, is never stale', () => {
    for (let index = 0; index < 5_000; index += 1) {
      const target = oids[index % 2] ?? ''
      writeRaw('raced', `${target}\n`)
      expect(read('raced')).toBe(target)
    }
  })

  test('nor one that is replaced by a rename, as git does it', () => {
    const draft = join(gitDir, 'draft')
    writeRaw('raced', `${oids[0]}\n`)
    for (let index = 0; index < 5_000; index += 1) {
      const target = oids[index % 2] ?? ''
      writeFileSync(draft, `${target}\n`)
      renameSync(draft, join(gitDir, ref('raced')))
      expect(read('raced')).toBe(target)
    }
  })

  test('nor packed-refs', () => {
    const draft = join(gitDir, 'packed-refs.new')
    for (let index = 0; index < 2_000; index += 1) {
      const target = oids[index % 2] ?? ''
      writeFileSync(draft, `# pack-refs with: peeled fully-peeled sorted \n${target} ${ref('packed')}\n`)
      renameSync(draft, join(gitDir, 'packed-refs'))
      expect(read('packed')).toBe(target)
    }
  })

  test('nor a file whose times were set to the past', () => {
    const past = new Date('2020-01-01T00:00:00Z')
    for (let index = 0; index < 100; index += 1) {
      const target = oids[index % 2] ?? ''
      writeRaw('dated', `${target}\n`)
      utimesSync(join(gitDir, ref('dated')), past, past)
      expect(read('dated')).toBe(target)
    }
  })
})

describe('what is no branch', () => {
  test('a folder of branches, and a name below a branch', () => {
    git(['update-ref', ref('customer/a/b'), oids[0] ?? ''])
    expect(read('customer/a')).toBe('missing')
    expect(read('customer/a/b/c')).toBe('missing')
    git(['pack-refs', '--all'])
    expect(read('customer/a')).toBe('missing')
  })

  test('a symbolic ref is named as one and not followed, and becomes a branch again', () => {
    git(['update-ref', ref('target'), oids[0] ?? ''])
    git(['symbolic-ref', ref('link'), ref('target')])
    expect(reader.read(ref('link'))).toMatchObject({ kind: 'odd', detail: expect.stringContaining('symbolic') })
    git(['update-ref', '--no-deref', ref('link'), oids[1] ?? ''])
    expect(read('link')).toBe(oids[1])
    expect(read('target')).toBe(oids[0])
  })

  test.each(['', '\n', 'garbage\n', `${'a'.repeat(39)}\n`, `${'A'.repeat(40)}\n`, `${'a'.repeat(64)}\n`])(
    '%j',
    (text) => {
      writeRaw('odd', text)
      expect(reader.read(ref('odd'))).toMatchObject({ kind: 'odd', detail: expect.stringContaining('refs/heads/odd') })
    },
  )

  test('a packed tag gives its own id and not the commit it peels to', () => {
    git(['tag', '-a', '-m', 'x', 'v1', oids[0] ?? ''])
    git(['pack-refs', '--all'])
    const state = reader.read('refs/tags/v1' as RefName)
    expect(state).toEqual({ kind: 'oid', oid: git(['rev-parse', 'refs/tags/v1']) })
  })
})
