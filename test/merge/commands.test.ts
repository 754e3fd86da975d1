import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buildSync } from 'esbuild'
import { afterAll, describe, expect, test } from 'vitest'
import { runMergeDriver } from '../../src/rollouts/merge/merge-driver-command.ts'
import { MERGE_DRIVER_HELP } from '../../src/rollouts/merge/merge-driver-help.ts'
import { runNdjsonMerge } from '../../src/rollouts/merge/ndjson-command.ts'

const folder = mkdtempSync(join(tmpdir(), 'espalier-commands-'))
afterAll(() => rmSync(folder, { recursive: true }))

const BASE = '{\n  "a": 1\n}\n'
const OURS = '{\n  "a": 1,\n  "b": 2\n}\n'
const THEIRS = '{\n  "a": 1,\n  "c": 3\n}\n'
const MERGED = '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}\n'

describe('merge --ndjson', () => {
  /** Sends `chunks` as they are and collects the answers. */
  async function answersTo(chunks: Iterable<string | Buffer>, longest?: number) {
    const output = new PassThrough()
    const exitCode = await runNdjsonMerge(Readable.from(chunks), output, longest)
    const lines = String(output.read() ?? '').split('\n')
    return { exitCode, answers: lines.slice(0, -1).map((line): unknown => JSON.parse(line)) }
  }
  const request = (id: unknown) => `${JSON.stringify({ id, path: 'x.json', base: BASE, ours: OURS, theirs: THEIRS })}\n`
  const answer = (id: unknown) => ({ id, status: 'clean', method: 'structural', text: MERGED, conflicts: [] })

  test('answers each line in order, wherever the stream is cut', async () => {
    const bytes = Buffer.from(request('é1') + request(2) + request('3').trimEnd())
    const chunks = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) => bytes.subarray(i * 7, i * 7 + 7))
    expect(await answersTo(chunks)).toEqual({ exitCode: 0, answers: [answer('é1'), answer(2), answer('3')] })
  })

  test('answers a line before the next one comes', async () => {
    const input = new PassThrough()
    const output = new PassThrough()
    const done = runNdjsonMerge(input, output)
    input.write(request(1))
    const [first] = await new Promise<Buffer[]>((resolve) => output.once('data', (chunk: Buffer) => resolve([chunk])))
    expect(JSON.parse(String(first))).toEqual(answer(1))
    input.end()
    expect(await done).toBe(0)
  })

  test('says what is wrong with a line, answers the others, and exits with 1', async () => {
    const { exitCode, answers } = await answersTo(['nonsense\n', '[]\n', '{"id": 7, "path": "x"}\n', request(8)])
    expect(exitCode).toBe(1)
    expect(answers).toEqual([
      { id: null, error: expect.stringContaining('not JSON') },
      { id: null, error: expect.stringContaining('not a JSON object') },
      { id: 7, error: expect.stringContaining('"base"') },
      answer(8),
    ])
  })

  test.each([
    ['a number for a text', '{"id": 1, "path": "x.json", "base": 1, "ours": "", "theirs": ""}'],
    ['null for a path', '{"id": 1, "path": null, "base": "", "ours": "", "theirs": ""}'],
    ['an array for a text', '{"id": 1, "path": "x", "base": [], "ours": "", "theirs": ""}'],
  ])('%s is answered with an error', async (_, line) => {
    const { answers } = await answersTo([`${line}\n`, request(2)])
    expect(answers).toEqual([{ id: 1, error: expect.stringContaining('strings') }, answer(2)])
  })

  test('deeper than the stack is no end of the process', async () => {
    const { answers } = await answersTo([`${'['.repeat(1_000_000)}\n`, request(2)])
    expect(answers).toEqual([{ id: null, error: expect.stringContaining('JSON') }, answer(2)])
  })

  test('a line beyond the limit is not kept, and the next ones are answered', async () => {
    const long = `${'x'.repeat(300)}\n`
    const { exitCode, answers } = await answersTo([long, request(2), long.slice(0, 200), long], 250)
    expect(exitCode).toBe(1)
    const tooLong = { id: null, error: 'This line is too long.' }
    expect(answers).toEqual([tooLong, answer(2), tooLong])
  })
})

describe('merge-driver', () => {
  const file = (name: string, content: string | Buffer) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
  async function drive(
    path: string,
    versions: { base: string | Buffer; ours: string | Buffer; theirs: string | Buffer },
  ) {
    const reports: string[] = []
    const argv = [file('O', versions.base), file('A', versions.ours), file('B', versions.theirs), path]
    const files = {
      read: (name: string) => readFile(name),
      write: (name: string, bytes: Buffer) => writeFile(name, bytes),
    }
    const exitCode = await runMergeDriver({ argv, files, report: (message) => reports.push(message) })
    return { exitCode, reports, ours: readFileSync(join(folder, 'A')) }
  }

  test('writes a clean merge over ours and exits with 0', async () => {
    const { exitCode, ours, reports } = await drive('x.json', { base: BASE, ours: OURS, theirs: THEIRS })
    expect([exitCode, String(ours), reports]).toEqual([0, MERGED, []])
  })

  test('leaves markers, names the place and exits with 1', async () => {
    const { exitCode, ours, reports } = await drive('x.yaml', { base: 'a: 1\n', ours: 'a: 2\n', theirs: 'a: 3\n' })
    expect([exitCode, String(ours)]).toEqual([1, '<<<<<<< ours\na: 2\n=======\na: 3\n>>>>>>> theirs\n'])
    expect(reports).toEqual(['x.yaml: conflict (edit-edit) at /a'])
  })

  test('keeps the bytes of a text that is not UTF-8', async () => {
    const bytes = (text: string) => Buffer.from(text, 'latin1')
    const versions = {
      base: bytes('\xe9\nb\nc\nd\n'),
      ours: bytes('\xe9!\nb\nc\nd\n'),
      theirs: bytes('\xe9\nb\nc\n\xff\n'),
    }
    const { exitCode, ours } = await drive('x.yaml', versions)
    expect([exitCode, ours.toString('latin1')]).toEqual([0, '\xe9!\nb\nc\n\xff\n'])
  })

  test('keeps ours of a binary file', async () => {
    const { exitCode, ours } = await drive('x.png', { base: 'a\0', ours: 'b\0', theirs: 'c\0' })
    expect([exitCode, String(ours)]).toEqual([1, 'b\0'])
  })

  test('called with too few arguments it says what it needs', async () => {
    const reports: string[] = []
    const never = () => Promise.reject(new Error('no file should be touched'))
    const run = {
      argv: ['a'],
      files: { read: never, write: never },
      report: (message: string) => reports.push(message),
    }
    expect(await runMergeDriver(run)).toBe(2)
    expect(reports).toEqual([expect.stringContaining('%O %A %B %P')])
  })

  test('keeps to what is said of the file', async () => {
    const argv = [file('O', 'a: 1\n'), file('A', 'a: 2\n'), file('B', 'a: 3\n'), 'x.yaml']
    const files = {
      read: (name: string) => readFile(name),
      write: (name: string, bytes: Buffer) => writeFile(name, bytes),
    }
    const policies = { owners: [{ pattern: '/a', owner: 'theirs' as const }] }
    expect(await runMergeDriver({ argv, files, policies, report: () => {} })).toBe(0)
    expect(readFileSync(join(folder, 'A'), 'utf8')).toBe('a: 3\n')
  })

  test('git merge uses it with the configuration that its help gives', () => {
    const entry = `import { readFile, writeFile } from 'node:fs/promises'
      import { runMergeDriver } from ${JSON.stringify(new URL('../../src/rollouts/merge/merge-driver-command.ts', import.meta.url).pathname)}
      const argv = process.argv.slice(3)
      process.exitCode = await runMergeDriver({ argv, files: { read: (f) => readFile(f), write: (f, b) => writeFile(f, b) }, report: console.error })`
    const script = join(folder, 'driver.mjs')
    buildSync({
      stdin: { contents: entry, loader: 'ts', resolveDir: folder },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: script,
    })
    const repository = join(folder, 'repository')
    execFileSync('git', ['init', '-q', '-b', 'main', repository])
    const git = (...argv: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...argv], { cwd: repository })
    const setUp = MERGE_DRIVER_HELP.split('\n').filter((line) => line.startsWith('  '))
    for (const line of setUp) {
      execFileSync('sh', ['-c', line.replace("'espalier ", `'node ${script} `)], { cwd: repository })
    }
    const commit = (content: string) => {
      writeFileSync(join(repository, 'x.json'), content)
      git('add', '.')
      git('commit', '-qm', 'x')
    }
    commit(BASE)
    git('checkout', '-qb', 'side')
    commit(THEIRS)
    git('checkout', '-q', 'main')
    commit(OURS)
    git('merge', '-q', '-m', 'merge', 'side')
    expect(readFileSync(join(repository, 'x.json'), 'utf8')).toBe(MERGED)
    expect(spawnSync('git', ['status', '--porcelain'], { cwd: repository }).stdout.toString()).toBe('')
  })
})
