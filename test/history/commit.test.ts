/** Commit objects as git itself reads them. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { parseCommit } from '../../src/history/commit.ts'
import { trailersOf } from '../../src/history/trailers.ts'
import type { Oid } from '../../src/kernel/ids.ts'
import { GIT_ENV } from '../support/repository.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-commits-'))
const git = (args: string[], input: string | Uint8Array = ''): Buffer =>
  execFileSync('git', args, { cwd: folder, env: GIT_ENV, input, stdio: 'pipe' })
git(['init', '--quiet'])
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const TREE = git(['hash-object', '-t', 'tree', '-w', '--stdin']).toString().trim()

function store(headers: string, message: string | Uint8Array): { id: Oid; raw: Buffer } {
  const raw = Buffer.concat([Buffer.from(`tree ${TREE}\n${headers}\n`), Buffer.from(message)])
  return { id: git(['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'], raw).toString().trim() as Oid, raw }
}

const WHO = 'author Ada Lovelace <ada@example.com> 1770091506 +0530\ncommitter Bob <> 1770091507 -0730\n'

test('people, dates and messages are those of git log', () => {
  for (const message of ['one line\n', 'two\nlines\n\nbody\n\nmore\n', '\n\nlate\n', '', 'ünïcode ✓\n\nx']) {
    const { id, raw } = store(WHO, message)
    const commit = parseCommit(id, raw)
    const format = '--format=%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%ct%x00%s%x00%T'
    const said = git(['log', '-1', format, id]).toString().replace(/\n$/, '').split('\0')
    expect([
      commit?.author.name,
      commit?.author.email,
      commit?.authoredAt,
      commit?.committer.name,
      commit?.committer.email,
      commit?.committedAt,
      String((commit?.committedMs ?? 0) / 1000),
      commit?.subject,
      commit?.tree,
    ]).toEqual(said)
  }
})

test('a message in another encoding is read in it', () => {
  const { id, raw } = store(`${WHO}encoding ISO-8859-1\n`, Buffer.from('caf\xe9', 'latin1'))
  expect(parseCommit(id, raw)?.subject).toBe('café')
})

test('a date past all calendars does not stop the page that it is on', () => {
  const { id, raw } = store(WHO.replace('1770091506', '9'.repeat(18)), 'x')
  expect(parseCommit(id, raw)?.authoredAt).toMatch(/^9999-/)
})

test('any bytes are read or refused', () => {
  const piece = fc.constantFrom('tree ', TREE, 'author ', 'a <b', '> 1', ' +9999', 'encoding x', '\n', '\n\n', '\0')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.array(piece).map((all) => Buffer.from(all.join(''))),
      ),
      (bytes) => {
        parseCommit(TREE as Oid, bytes)
      },
    ),
  )
})

test('trailers are those of git', () => {
  const line = fc.constantFrom(
    'Rollout-Id: 7',
    'Signed-off-by: Ada <ada@example.com>',
    'Key : spaced',
    'Empty:',
    ' continued',
    'a line of prose',
    'http://not.a/trailer',
    '(cherry picked from commit 123)',
    '',
  )
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), (all) => {
      const message = `subject\n${all.join('\n')}\n`
      const { id } = store(WHO, message)
      const format = '--format=%(trailers:only,unfold,separator=%x00,key_value_separator=%x01)'
      const said = git(['log', '-1', format, id]).toString().replace(/\n$/, '')
      const expected = said === '' ? [] : said.split('\0').map((text) => text.split('\x01'))
      expect(trailersOf(message).map(({ name, value }) => [name, value])).toEqual(expected)
    }),
    { numRuns: 60, seed: 7 },
  )
})
