/** Objects read by id, whatever happens to the files they lie in. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { batchReplies, type Reply } from '../../src/git/objects/batch-replies.ts'
import { type ObjectReader, openObjectReader } from '../../src/git/objects/cat-file.ts'
import { ObjectTooLarge, ObjectUnreadable } from '../../src/git/objects/object-unreadable.ts'
import { parseOid } from '../../src/kernel/ids.ts'
import { GIT_ENV } from '../support/repository.ts'

let gitDir: string
let reader: ObjectReader

const git = (args: readonly string[], input: string | Uint8Array = ''): string =>
  execFileSync('git', args, { cwd: gitDir, env: GIT_ENV, input, stdio: 'pipe' }).toString().trim()
const oidOf = (text: string) => parseOid(text) ?? expect.fail(text)
const store = (content: string | Uint8Array) => oidOf(git(['hash-object', '-w', '--stdin'], content))
const read = async (content: string) => (await reader.read('blob', store(content))).toString()
const pathOf = (oid: string): string => join(gitDir, 'objects', oid.slice(0, 2), oid.slice(2))

beforeEach(() => {
  gitDir = mkdtempSync(join(tmpdir(), 'espalier-objects-'))
  git(['init', '--quiet', '--bare'])
  reader = openObjectReader(gitDir)
})
afterEach(() => {
  reader.close()
  rmSync(gitDir, { recursive: true })
})

/** Changes one byte in the middle of a file that git keeps read-only. */
function damage(path: string): void {
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1]! ^= 0xff
  chmodSync(path, 0o644)
  writeFileSync(path, bytes)
}

const failure = async (oid: string): Promise<string> =>
  reader.read('blob', oidOf(oid)).then(
    () => expect.fail('it was read'),
    (error: unknown) => (error instanceof ObjectUnreadable ? error.message : expect.fail(String(error))),
  )

describe('an object', () => {
  test('comes byte for byte, whatever it holds, one after another and many at once', async () => {
    const contents = [
      '',
      '\n',
      'a\nb',
      '\0\0',
      `${'x'.repeat(300_000)}\n`,
      'missing\n',
      `${'0'.repeat(40)} blob 3\nabc\n`,
    ]
    for (const content of contents) expect(await read(content)).toBe(content)
    const oids = contents.map(store)
    const all = await Promise.all(oids.map((oid) => reader.read('blob', oid)))
    expect(all.map(String)).toEqual(contents)
    expect(await Promise.all(oids.map((oid) => reader.sizeOf('blob', oid)))).toEqual(
      contents.map((content) => content.length),
    )
  })

  test('of another type, and one that is missing, is refused by its id', async () => {
    const tree = oidOf(git(['mktree']))
    await expect(reader.read('blob', tree)).rejects.toThrow(`The blob ${tree} cannot be read: it is a tree`)
    const nothing = '1'.repeat(40)
    expect(await failure(nothing)).toBe(`The blob ${nothing} cannot be read: it is missing`)
    expect(await read('after that')).toBe('after that')
  })

  test('that is larger than asked for is not read, and what was asked for beside it is', async () => {
    const contents = Array.from({ length: 30 }, (_, index) =>
      index % 7 === 3 ? 'x'.repeat(1_001 + index) : `${index}`,
    )
    const oids = contents.map(store)
    const large = 'y'.repeat(2_000_000)
    const whole = reader.read('blob', store(large))
    const settled = await Promise.allSettled(oids.map((oid) => reader.read('blob', oid, 1_000)))
    for (const [index, result] of settled.entries()) {
      const content = contents[index] ?? expect.fail()
      if (content.length <= 1_000) expect(result).toMatchObject({ value: Buffer.from(content) })
      else expect(result).toMatchObject({ reason: new ObjectTooLarge(content.length) })
    }
    expect((await whole).toString()).toBe(large)
    expect(await read('after that')).toBe('after that')
  })

  test('is not what refs/replace would make of it', async () => {
    const [one, other] = [store('one'), store('other')]
    git(['replace', one, other])
    expect((await reader.read('blob', one)).toString()).toBe('one')
  })

  test('is found in the pack that a gc has just made, and when it came after the reader', async () => {
    const commit = oidOf(git(['commit-tree', '-m', 'x', git(['mktree'])]))
    git(['update-ref', 'refs/heads/main', commit])
    await reader.read('commit', commit)
    for (const command of [
      ['gc', '--prune=now', '--quiet'],
      ['repack', '-a', '-d', '-f', '--quiet'],
    ]) {
      git(command)
      expect((await reader.read('commit', commit)).toString()).toContain('tree ')
      expect(await read(`new after ${command[0]}`)).toBe(`new after ${command[0]}`)
    }
  })
})

describe('damage', () => {
  test('is told of the damaged object alone, with what git says, while all others are read', async () => {
    const good = Array.from({ length: 40 }, (_, index) => store(`good ${index}`))
    const bad = [3, 17, 30].map((at) => good[at] ?? expect.fail())
    for (const oid of bad) damage(pathOf(oid))
    const settled = await Promise.allSettled(good.map((oid) => reader.read('blob', oid)))
    for (const [index, result] of settled.entries()) {
      const oid = good[index] ?? expect.fail()
      if (!bad.includes(oid)) expect(result).toMatchObject({ value: Buffer.from(`good ${index}`) })
      else expect(result).toMatchObject({ reason: { oid, message: expect.stringContaining(oid) } })
    }
    expect(await read('still alive')).toBe('still alive')
  })

  test('of an object whose bytes unpack, but are those of another one', async () => {
    const [one, other] = [store('one'), store('other')]
    chmodSync(pathOf(one), 0o644)
    writeFileSync(pathOf(one), readFileSync(pathOf(other)))
    expect(await failure(one)).toContain(`it is damaged: its bytes have the id ${other}`)
  })

  test('of any byte of a pack never gives other bytes than the right ones', async () => {
    const oids = Array.from({ length: 12 }, (_, index) => store(`line\n`.repeat(50) + index))
    git(['pack-objects', '--quiet', join(gitDir, 'objects/pack/pack')], `${oids.join('\n')}\n`)
    git(['prune-packed', '--quiet'])
    const pack = readdirSync(join(gitDir, 'objects/pack')).find((name) => name.endsWith('.pack')) ?? expect.fail()
    const path = join(gitDir, 'objects/pack', pack)
    const intact = readFileSync(path)
    chmodSync(path, 0o644)
    await fc.assert(
      fc.asyncProperty(fc.nat(intact.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const bytes = Buffer.from(intact)
        bytes[at]! ^= flip
        writeFileSync(path, bytes)
        const fresh = openObjectReader(gitDir)
        const settled = await Promise.allSettled(oids.map((oid) => fresh.read('blob', oid)))
        fresh.close()
        for (const [index, result] of settled.entries()) {
          if (result.status === 'fulfilled') expect(result.value.toString()).toBe(`line\n`.repeat(50) + index)
          else expect(result.reason).toBeInstanceOf(ObjectUnreadable)
        }
      }),
      { numRuns: process.env.ESPALIER_SOAK === '1' ? 300 : 12 },
    )
  })

  test('of the repository as such is an error of each object, not one without end', async () => {
    const oid = store('x')
    rmSync(join(gitDir, 'HEAD'))
    const settled = await Promise.allSettled([oid, oid, oid].map((each) => reader.read('blob', each)))
    for (const result of settled) expect(result).toMatchObject({ status: 'rejected', reason: { oid } })
  })
})

test('replies are the same wherever the chunks end', () => {
  const bodies = ['', 'abc', '\n\n', 'x missing\n']
  const oid = 'a'.repeat(40)
  const stream = Buffer.from(bodies.map((body) => `${oid} blob ${body.length}\n${body}\n${oid} missing\n`).join(''))
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 20 }), (cuts) => {
      const replies: Reply[] = []
      const take = batchReplies({ hasBody: () => true, take: (reply) => replies.push(reply) })
      const ends = [...cuts, stream.length].sort((a, b) => a - b)
      ends.reduce((from, to) => {
        if (to > from) take(stream.subarray(from, to))
        return to
      }, 0)
      expect(replies.map((reply) => (reply.kind === 'object' ? reply.bytes.toString() : null))).toEqual(
        bodies.flatMap((body) => [body, null]),
      )
    }),
  )
})
