/** `config/merge.yaml`: how it is checked, which files and places its rules speak of, and what a merge makes of them. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mergeFiles } from '../../src/rollouts/merge/merge-files.ts'
import type { MergeRule } from '../../src/rollouts/merge/rules/definition.ts'
import { mergeRulesOf } from '../../src/rollouts/merge/rules/merge-rules.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const rulesOf = (...rules: MergeRule[]) => mergeRulesOf(JSON.parse(JSON.stringify({ rules })))

function merge(rules: MergeRule[], base: string, ours: string, theirs: string, path = 'config/x.yaml') {
  return mergeFiles({ path, base, ours, theirs, policies: rulesOf(...rules).policiesFor(path) })
}

describe('the file is checked like any other', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await createTestApp()
  })
  afterAll(() => app.close())

  test('what it may say', async () => {
    app.commit('good', {
      'config/merge.yaml':
        'rules:\n- {path: config/, owner: tenant}\n- {path: tools/*.json, pointer: /rules, list: {map: [name, field]}}\n',
    })
    expect((await app.request('good', '/api/v1/config')).status).toBe(200)
  })

  test.each([
    ['an owner that there is not', 'rules:\n- path: config/x.yaml\n  owner: ours\n', 'merge.yaml:3:10 /rules/0/owner'],
    [
      'a pointer that is none',
      'rules:\n- path: a\n  pointer: limits\n  owner: merge\n',
      'merge.yaml:3:12 /rules/0/pointer',
    ],
    ['a list without its place', 'rules:\n- path: a\n  list: set\n', 'merge.yaml:2:3 /rules/0/pointer'],
    ['a rule that says nothing', 'rules:\n- path: a\n', 'merge.yaml:2:3 /rules/0'],
    ['an absolute path', 'rules:\n- path: /a\n  owner: tenant\n', 'merge.yaml:2:9 /rules/0/path'],
  ])('%s is named with its place', async (name, text, place) => {
    const tenant = name.replaceAll(' ', '-')
    app.commit(tenant, { 'config/merge.yaml': text })
    const answer = await app.request(tenant, '/api/v1/config')
    const { errors } = (await answer.json()) as {
      errors: { file: string; line: number; column: number; pointer: string }[]
    }
    expect(errors.map(({ file, line, column, pointer }) => `${file}:${line}:${column} ${pointer}`)).toEqual([
      `config/${place}`,
    ])
  })
})

describe('which files a path means', () => {
  test.each([
    ['config/x.yaml', 'config/x.yaml', true],
    ['config/x.yaml', 'config/y.yaml', false],
    ['config/*.yaml', 'config/x.yaml', true],
    ['config/*.yaml', 'config/x.json', false],
    ['config/*', 'config/deeper/x.yaml', false],
    ['config/', 'config/deeper/x.yaml', true],
    ['config/', 'config', false],
    ['*/x.*', 'tools/x.json', true],
    ['config/a*b*c.yaml', 'config/a-b-b-c.yaml', true],
    ['config/a*a.yaml', 'config/a.yaml', false],
    ['config/x.yaml', 'config/xxyaml', false],
  ])('%s and %s: %s', (path, file, fits) => {
    expect(rulesOf({ path, owner: 'tenant' }).ownerOf(file)).toBe(fits ? 'ours' : undefined)
  })
})

describe('who decides', () => {
  const base = 'limits:\n  requests: 1\n  burst: 1\nplan: a\n'
  const ours = 'limits:\n  requests: 2\n  burst: 2\nplan: b\n'
  const theirs = 'limits:\n  requests: 3\n  burst: 3\nplan: c\n'

  test('the tenant of the whole file, whatever it is', () => {
    const rules: MergeRule[] = [{ path: 'prompts/', owner: 'tenant' }]
    expect(merge(rules, 'a\n', 'b\n', 'c\n', 'prompts/p.txt')).toMatchObject({ status: 'clean', text: 'b\n' })
    expect(merge(rules, 'a\n', 'a\n', 'c\n', 'prompts/p.txt')).toMatchObject({ status: 'clean', text: 'a\n' })
  })

  test('main of a place and all below, also where the branch alone changed it', () => {
    const rules: MergeRule[] = [{ path: 'config/x.yaml', pointer: '/limits', owner: 'platform' }]
    expect(merge(rules, base, ours, base)).toMatchObject({
      status: 'clean',
      text: 'limits:\n  requests: 1\n  burst: 1\nplan: b\n',
    })
  })

  test('one place inside of what the other owns', () => {
    const rules: MergeRule[] = [
      { path: 'config/*', owner: 'tenant' },
      { path: 'config/*', pointer: '/limits/burst', owner: 'platform' },
    ]
    expect(merge(rules, base, ours, theirs)).toMatchObject({
      status: 'clean',
      text: 'limits:\n  requests: 2\n  burst: 3\nplan: b\n',
    })
  })

  test('both, inside of what one owns', () => {
    const rules: MergeRule[] = [
      { path: 'config/*', owner: 'tenant' },
      { path: 'config/*', pointer: '/limits', owner: 'merge' },
    ]
    const { conflicts } = merge(rules, base, ours, theirs)
    expect(conflicts.map(({ pointer }) => pointer)).toEqual(['/limits/requests', '/limits/burst'])
  })

  test('the last rule of those that speak of one place', () => {
    const rules: MergeRule[] = [
      { path: 'config/*', pointer: '/plan', owner: 'tenant' },
      { path: 'config/x.yaml', pointer: '/plan', owner: 'platform' },
      { path: 'config/x.yaml', pointer: '/limits/*', owner: 'tenant' },
    ]
    expect(merge(rules, base, ours, theirs)).toMatchObject({
      status: 'clean',
      text: 'limits:\n  requests: 2\n  burst: 2\nplan: c\n',
    })
  })

  test('a place in each item of a list that the other owns', () => {
    const rules: MergeRule[] = [
      { path: 'config/*', pointer: '/a', owner: 'tenant' },
      { path: 'config/*', pointer: '/a/*/limit', owner: 'platform' },
    ]
    const list = (...items: [string, number][]) =>
      `a:\n${items.map(([name, limit]) => `- {name: ${name}, limit: ${limit}}\n`).join('')}`
    const merged = merge(rules, list(['x', 1], ['y', 1]), list(['y', 2], ['x', 2]), list(['x', 3], ['y', 3], ['z', 3]))
    expect(merged).toMatchObject({ status: 'clean', text: list(['y', 3], ['x', 3]) })
  })
})

describe('how lists are merged', () => {
  test('items known by two members together', () => {
    const rules: MergeRule[] = [{ path: 'config/*', pointer: '/a', list: { map: ['host', 'port'] } }]
    const list = (...weights: number[]) =>
      `a:\n${weights.map((weight, i) => `- {host: h, port: ${i}, weight: ${weight}}\n`).join('')}`
    expect(merge(rules, list(1, 1, 1), list(2, 1, 1), list(1, 1, 3))).toMatchObject({
      status: 'clean',
      text: list(2, 1, 3),
    })
  })

  test('two stages that are put in one place are a question, unless a rule says that they are a set', () => {
    const stages = (...names: string[]) => `stages:\n${names.map((name) => `- ${name}\n`).join('')}`
    const sides = [stages('a', 'z'), stages('a', 'm', 'z'), stages('a', 'n', 'z')] as const
    expect(merge([], ...sides, 'workflows/w.yaml')).toMatchObject({
      conflicts: [{ pointer: '/stages', kind: 'order' }],
    })
    const rules: MergeRule[] = [{ path: 'workflows/*', pointer: '/stages', list: 'set' }]
    expect(merge(rules, ...sides, 'workflows/w.yaml')).toMatchObject({
      status: 'clean',
      text: stages('a', 'm', 'n', 'z'),
    })
  })
})

describe('git merge with the rules of main', () => {
  const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
  const repository = mkdtempSync(join(tmpdir(), 'espalier-driver-rules-'))
  afterAll(() => rmSync(repository, { recursive: true }))
  const git = (...args: string[]) =>
    spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: repository, encoding: 'utf8' })
  const commit = (files: Record<string, string>) => {
    for (const [path, content] of Object.entries(files)) writeFileSync(join(repository, path), content)
    git('add', '.')
    git('commit', '-qm', 'x')
  }
  const rules = (owner: string) => `rules:\n- {path: config/x.yaml, pointer: /a, owner: ${owner}}\n`

  test('the branch that is checked out is the tenant; rules that are wrong are told, and nothing is merged', () => {
    git('init', '-q', '-b', 'main')
    git('config', 'merge.espalier.driver', `'${process.execPath}' '${cli}' merge-driver --rules main %O %A %B %P`)
    mkdirSync(join(repository, 'config'))
    commit({ '.gitattributes': '*.yaml merge=espalier\n', 'config/x.yaml': 'a: 1\nb: 1\n' })
    git('checkout', '-qb', 'customer/t')
    commit({ 'config/x.yaml': 'a: 2\nb: 1\n' })
    git('checkout', '-q', 'main')
    commit({ 'config/x.yaml': 'a: 3\nb: 3\n', 'config/merge.yaml': rules('tenant') })
    git('checkout', '-q', 'customer/t')
    expect(git('merge', '-q', '-m', 'm', 'main').status).toBe(0)
    expect(readFileSync(join(repository, 'config/x.yaml'), 'utf8')).toBe('a: 2\nb: 3\n')

    git('reset', '-q', '--hard', 'HEAD^1')
    git('checkout', '-q', 'main')
    commit({ 'config/merge.yaml': rules('tenan') })
    git('checkout', '-q', 'customer/t')
    const refused = git('merge', '-q', '-m', 'm', 'main')
    expect(refused.status).toBe(1)
    expect(refused.stderr).toContain('config/merge.yaml:2:45')
    expect(readFileSync(join(repository, 'config/x.yaml'), 'utf8')).toBe('a: 2\nb: 1\n')
  })
})
