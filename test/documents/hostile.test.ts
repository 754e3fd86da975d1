import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { accepted, parseText, rejected } from './reading.ts'

const NESTED_IN_YAML = ['[', '{', '- ', '? ', ': ', 'a: ', '{a: ', '[? ', '- ? ', '[\n', '-\t', '[a,', '\n?a: ? ']
const NESTED_IN_JSON = ['[', '{"a":', '[{"a":', ' [\n']
const COUNTS = [900, 1237, 30_000]

const stairs = (line: string, count: number, step = 1) =>
  Array.from({ length: count }, (_, depth) => `${' '.repeat(depth * step)}${line}`).join('\n')

describe('nesting without end is refused, and the process lives', () => {
  test.each(COUNTS.flatMap((count) => NESTED_IN_YAML.map((unit) => [unit, count] as const)))(
    'YAML of %j x %i',
    (unit, count) => {
      expect(rejected('a.yaml', unit.repeat(count)).at(-1)?.code).toBe('too-deep')
    },
  )

  test.each(COUNTS.flatMap((count) => NESTED_IN_JSON.map((unit) => [unit, count] as const)))(
    'JSON of %j x %i',
    (unit, count) => {
      expect(rejected('a.json', unit.repeat(count)).at(-1)?.code).toBe('too-deep')
    },
  )

  test.each(['a:', '-', '?', ':'])('YAML that steps in line by line with %j', (line) => {
    expect(rejected('a.yaml', stairs(line, 900)).at(-1)?.code).toBe('too-deep')
  })

  test('a process of its own ends by itself after all of them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'espalier-hostile-'))
    try {
      const outfile = join(folder, 'parse.cjs')
      const entry = fileURLToPath(new URL('../../src/documents/parse.ts', import.meta.url))
      buildSync({
        entryPoints: [entry],
        bundle: true,
        platform: 'node',
        format: 'cjs',
        outfile,
        mainFields: ['module', 'main'],
        logLevel: 'error',
      })
      const script = `
        const { parseDocument } = require(${JSON.stringify(outfile)})
        const kinds = new Set()
        for (const count of [900, 1237, 100000]) {
          for (const unit of ${JSON.stringify(NESTED_IN_YAML)}) kinds.add(parseDocument('a.yaml', Buffer.from(unit.repeat(count))).kind)
          for (const unit of ${JSON.stringify(NESTED_IN_JSON)}) kinds.add(parseDocument('a.json', Buffer.from(unit.repeat(count))).kind)
        }
        console.log([...kinds].join())`
      const run = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' })
      expect({ status: run.status, signal: run.signal, stdout: run.stdout.trim(), stderr: run.stderr }).toEqual({
        status: 0,
        signal: null,
        stdout: 'rejected',
        stderr: '',
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('the limit on depth is exact', () => {
  const nested = (open: string, close: string, depth: number) => `${open.repeat(depth)}${close.repeat(depth)}`

  test.each([
    ['a.json', 'flow', (depth: number) => nested('[', ']', depth)],
    ['a.yaml', 'flow', (depth: number) => nested('[', ']', depth)],
    ['a.yaml', 'lists in one line', (depth: number) => `${'- '.repeat(depth)}x`],
    ['a.yaml', 'maps line by line', (depth: number) => stairs('a:', depth)],
    ['a.yaml', 'lists below keys', (depth: number) => stairs('- a:', depth / 2, 4)],
    ['a.yaml', 'flow in block', (depth: number) => `${'- '.repeat(depth / 2)}${nested('[', ']', depth / 2)}`],
  ] as const)('%s, %s: 64 levels are read, 66 are not', (file, _name, text) => {
    expect(parseText(file, text(64)).kind).toBe('document')
    expect(rejected(file, text(66)).map(({ code }) => code)).toEqual(['too-deep'])
  })
})

describe('large numbers of small things are refused before anything slow looks at them', () => {
  test.each([
    ['a.yaml', 'block keys', Array.from({ length: 40_000 }, (_, index) => `k${index}: 1`).join('\n'), 'too-many-nodes'],
    [
      'a.yaml',
      'flow keys',
      `{${Array.from({ length: 40_000 }, (_, index) => `k${index}`).join(', ')}}`,
      'too-many-nodes',
    ],
    ['a.yaml', 'empty items', '-\n'.repeat(40_000), 'too-many-nodes'],
    ['a.yaml', 'commas', `[${','.repeat(400_000)}]`, 'too-many-nodes'],
    ['a.yaml', 'line breaks', '\n'.repeat(500_000), 'too-many-tokens'],
    ['a.yaml', 'comments', '#\n'.repeat(250_000), 'too-many-tokens'],
    ['a.yaml', 'document marks', '---\n'.repeat(100_000), 'too-many-tokens'],
    ['a.json', 'keys', `{${Array.from({ length: 40_000 }, (_, index) => `"${index}":1`).join()}}`, 'too-many-nodes'],
    ['a.json', 'items', `[${'1,'.repeat(200_000)}1]`, 'too-many-nodes'],
  ])('%s of many %s', (file, _name, text, code) => {
    expect(rejected(file, text).at(-1)?.code).toBe(code)
  })

  test('a file full of mistakes is told 50 of them', () => {
    expect(rejected('a.yaml', '*a : 1\n'.repeat(1_000))).toHaveLength(50)
    expect(rejected('a.json', `{${'"a":1,'.repeat(1_000)}"b":1}`)).toHaveLength(50)
  })

  test('an alias bomb is refused at its first anchor', () => {
    const levels = Array.from({ length: 9 }, (_, index) => `l${index + 1}: &l${index + 1} [*l${index}, *l${index}]`)
    expect(rejected('a.yaml', `l0: &l0 lol\n${levels.join('\n')}`)[0]).toMatchObject({
      code: 'anchor',
      line: 1,
      column: 5,
    })
  })
})

test('long texts of one kind are read in linear time', () => {
  const spaces = ' '.repeat(400_000)
  expect(accepted('a.yaml', `a: "${spaces}"`).value).toEqual({ a: spaces })
  expect(accepted('a.yaml', `a:${spaces}b`).value).toEqual({ a: 'b' })
  expect(accepted('a.yaml', `a: '${"''".repeat(200_000)}'`).value).toEqual({ a: "'".repeat(200_000) })
  expect(accepted('a.json', `"${'\\u0061'.repeat(80_000)}"`).value).toBe('a'.repeat(80_000))
})
