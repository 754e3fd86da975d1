/** Everything that can be wrong with a tree, all of it at once and in order; and what is left alone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Files } from '../support/repository.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

let app: TestApp
let count = 0
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

type Problem = { file: string; line: number; column: number; pointer: string; code: string; detail: string }

/** The errors of a branch with `files` on top of the base. */
async function problemsOf(files: Files): Promise<Problem[]> {
  count += 1
  app.commit(`t${count}`, files)
  const answer = await app.request(`t${count}`, '/api/v1/config')
  return answer.status === 200 ? [] : ((await answer.json()) as { errors: Problem[] }).errors
}

const short = ({ file, code }: Problem): string => `${file} ${code}`

test('all problems of a tree come at once, sorted by file, line and column', async () => {
  const problems = await problemsOf({
    'workflows/b.yaml': 'name: b\nstages: []\nunknown: 1\n',
    'tools/z.json': '{"name": "z", "compute": {"a": "1 +", "b": "nope"}}',
    'tools/a.yaml': 'name: a\n',
    'config/x.yaml': 'a: 1\na: 2\nb: { c: 1, c: 2 }\n',
    'config/link.yaml': { link: 'x.yaml' },
  })
  expect(problems.map(short)).toEqual([
    'config/link.yaml file-not-allowed',
    'config/x.yaml duplicate-key',
    'config/x.yaml duplicate-key',
    'tools/a.yaml missing-key',
    'tools/z.json expression-invalid',
    'tools/z.json expression-invalid',
    'workflows/b.yaml too-few',
    'workflows/b.yaml unknown-key',
  ])
  expect(problems).toEqual(
    problems.toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column)),
  )
  for (const { file, line, column, detail } of problems) {
    expect(line, file).toBeGreaterThan(0)
    expect(column, file).toBeGreaterThan(0)
    expect(detail, file).toMatch(/[.)]$/)
  }
})

describe('what may not be in a tree', () => {
  const commit = '2'.repeat(40)
  test.each<[name: string, files: Files, problems: string[]]>([
    ['a link to a file', { 'config/l.yaml': { link: '../../etc/passwd' } }, ['config/l.yaml file-not-allowed']],
    ['a link at the top', { link: { link: '/etc' } }, ['link file-not-allowed']],
    [
      'a link as a folder',
      { 'tools/double.yaml': null, 'tools/small.json': null, tools: { link: 'config' } },
      ['tools file-not-allowed'],
    ],
    ['a submodule', { 'tools/sub': { submodule: commit } }, ['tools/sub file-not-allowed']],
    ['a submodule at the top', { vendor: { submodule: commit } }, ['vendor file-not-allowed']],
    ['a subfolder', { 'tools/more/x.yaml': 'name: x\n' }, ['tools/more file-not-allowed']],
    [
      'a file of another type',
      { 'tools/x.txt': 'x', 'config/y.toml': 'y' },
      ['config/y.toml file-not-allowed', 'tools/x.txt file-not-allowed'],
    ],
    ['an ending in capitals', { 'config/x.YAML': 'a: 1\n' }, ['config/x.YAML file-not-allowed']],
    ['a name that differs by case', { 'config/Limits.yaml': 'a: 1\n' }, ['config/limits.yaml name-collides']],
    ['folders that differ by case', { 'Tools/x.yaml': 'a: 1\n' }, ['tools name-collides']],
    ['one stem twice', { 'config/limits.json': '{}' }, ['config/limits.yaml duplicate-config']],
    [
      'one tool name in two files',
      { 'tools/other.yaml': 'name: double\ncompute: { r: "1" }\n' },
      ['tools/other.yaml duplicate-name'],
    ],
    [
      'one name for a tool and a workflow',
      { 'workflows/w.yaml': 'name: double\nstages: [small]\n' },
      ['workflows/w.yaml duplicate-name'],
    ],
    [
      'a stage that is nothing',
      { 'workflows/w.yaml': 'name: w\nstages: [dobule]\n' },
      ['workflows/w.yaml unknown-stage'],
    ],
    ['a tool that a workflow misses', { 'tools/small.json': null }, ['workflows/both.yaml unknown-stage']],
    ['an oversized file', { 'config/big.json': `"${'x'.repeat(512 * 1024)}"` }, ['config/big.json too-large']],
    ['bytes that are no UTF-8', { 'config/x.json': new Uint8Array([34, 255, 254, 34]) }, ['config/x.json not-utf-8']],
    ['an empty file', { 'config/x.json': '' }, ['config/x.json empty']],
  ])('%s', async (_name, files, expected) => {
    const problems = await problemsOf(files)
    expect(problems.map(short)).toEqual(expected)
  })

  test('a stage that is nothing is told what there is', async () => {
    const [problem] = await problemsOf({ 'workflows/w.yaml': 'name: w\nstages:\n  - small\n  - dobule\n' })
    expect(problem).toMatchObject({ line: 4, column: 5, pointer: '/stages/1' })
    expect(problem?.detail).toContain('double')
  })
})

test('what is no configuration is left alone', async () => {
  const problems = await problemsOf({
    'README.md': '# Mine',
    LICENSE: 'x',
    '.gitignore': '*',
    'scripts/deploy.sh': 'exit 1',
    'docs/deep/er/page.html': '<p>',
    'tools/README.md': '# Tools',
    'tools/.keep': '',
    'config/.editorconfig': '',
  })
  expect(problems).toEqual([])
})

test('a tree with nothing in it is a valid configuration with nothing in it', async () => {
  app.repository.commit('customer/bare', { files: { 'README.md': 'x' }, parent: null })
  const answer = await app.request('bare', '/api/v1/config')
  expect(await answer.json()).toMatchObject({ valid: true, tools: [], workflows: [], config: {} })
})

test('2,000 files in a folder are read and one more is refused', async () => {
  const files = (many: number): Files =>
    Object.fromEntries(Array.from({ length: many }, (_, index) => [`config/f${index}.json`, '{}']))
  expect(await problemsOf({ ...files(1_998) })).toEqual([])
  expect((await problemsOf({ ...files(1_999) })).map(short)).toEqual(['config too-many-files'])
})
