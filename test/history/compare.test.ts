import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../support/test-app.ts'

type File = {
  path: string
  change: string
  previousPath?: string
  values?: object[]
  valuesOmitted?: number
  unreadable?: string
}
type Compared = { from: string; to: string; summary: object; items: File[]; nextPageToken?: string }

let app: TestApp
let first: string
let head: string

beforeAll(async () => {
  app = await createTestApp()
  first = app.commit('t', { 'config/limits.yaml': 'requests: 20\nnested: { "a/b": [1, { "~": tilde }] }\n' })
  app.repository.commit('main', { files: { 'config/core.yaml': 'core: something else entirely\n' } })
  head = app.commit('t', {
    'config/features.json': '{ "beta" : false }',
    'notes.md': 'words',
    'tools/small.json': null,
    'workflows/both.yaml': null,
    'workflows/pair.yaml':
      'name: both\ndescription: Checks a number and doubles it.\nstages: [small, double, double]\n',
    'config/bad.yaml': 'a: 1\na: 2\n',
  })
})
afterAll(() => app.close())

const git = (...args: string[]): string => app.repository.git(args)
const compare = async (query = '', tenant = 't'): Promise<Compared> => {
  const answer = await app.request(tenant, `/api/v1/compare${query}`)
  expect(answer.status).toBe(200)
  return (await answer.json()) as Compared
}

test('is from main to the head of the branch where nothing is said', async () => {
  const { from, to, items } = await compare()
  expect([from, to]).toEqual([git('rev-parse', 'main'), head])
  expect(items.find(({ path }) => path === 'config/core.yaml')).toMatchObject({ change: 'deleted' })
})

test('says file by file and value by value what the tenant has of its own', async () => {
  const { from, summary, items } = await compare('?from=base')
  expect(from).toBe(git('merge-base', 'main', 'customer/t'))
  expect(summary).toEqual({ added: 2, deleted: 1, modified: 2, renamed: 1 })
  expect(items).toEqual([
    { path: 'config/bad.yaml', change: 'added', unreadable: expect.stringMatching(/^after: line 2: /) },
    { path: 'config/features.json', change: 'modified', values: [] },
    {
      path: 'config/limits.yaml',
      change: 'modified',
      values: [{ pointer: '/requests', change: 'changed', from: 10, to: 20 }],
    },
    { path: 'notes.md', change: 'added' },
    {
      path: 'tools/small.json',
      change: 'deleted',
      values: [
        {
          pointer: '',
          change: 'removed',
          from: { name: 'small', description: 'Takes small numbers.', rules: ['max_n: 100'] },
        },
      ],
    },
    {
      path: 'workflows/pair.yaml',
      change: 'renamed',
      previousPath: 'workflows/both.yaml',
      values: [{ pointer: '/stages', change: 'changed', from: ['small', 'double'], to: ['small', 'double', 'double'] }],
    },
  ])
})

test.each([
  ['head~1', () => first],
  ['base', () => git('merge-base', 'main', 'customer/t')],
  ['main~1', () => git('rev-parse', 'main~1')],
  ['an abbreviation', () => first],
])('%s names a revision', async (name, id) => {
  const revision = name === 'an abbreviation' ? first.slice(0, 8) : name
  expect((await compare(`?from=${revision}`)).from).toBe(id())
})

test('a path narrows it to a file or a folder', async () => {
  expect((await compare('?from=base&path=config/limits.yaml')).items.map(({ path }) => path)).toEqual([
    'config/limits.yaml',
  ])
  const { items, summary } = await compare('?from=base&path=config')
  expect(items).toHaveLength(3)
  expect(summary).toEqual({ added: 1, deleted: 0, modified: 2, renamed: 0 })
  expect((await compare('?from=base&path=conf')).items).toEqual([])
})

test('pages are of one pair of commits, whatever is committed meanwhile', async () => {
  const all = await compare('?from=base')
  const paths: string[] = []
  let token = ''
  do {
    const page = await compare(`?from=base&pageSize=2${token && `&pageToken=${token}`}`)
    expect([page.to, page.summary]).toEqual([head, all.summary])
    paths.push(...page.items.map(({ path }) => path))
    token = page.nextPageToken ?? ''
    app.commit('t', { 'notes.md': `more words ${paths.length}` })
  } while (token)
  expect(paths).toEqual(all.items.map(({ path }) => path))
  git('update-ref', 'refs/heads/customer/t', head)
})

describe('bounds', () => {
  test('of one file 200 values are said, and of a long value its length', async () => {
    app.repository.commit('customer/big', { files: { 'config/many.json': '{}' }, parent: 'refs/heads/main^0' })
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, i]))
    app.commit('big', { 'config/many.json': JSON.stringify({ long: 'x'.repeat(5000), ...many }) })
    const { items } = await compare('?from=head~1', 'big')
    expect(items[0]).toMatchObject({ values: { length: 200 }, valuesOmitted: 101 })
    expect(items[0]?.values?.[0]).toEqual({ pointer: '/long', change: 'added', toBytes: 5002 })
  })

  test('a page ends where it has read or said enough, and the next one goes on', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`config/f${i}.json`, JSON.stringify('y'.repeat(400_000))]),
    )
    app.commit('wide', files)
    const paths: string[] = []
    let pages = 0
    let token = ''
    do {
      const page = await compare(`?from=base&path=config${token && `&pageToken=${token}`}`, 'wide')
      pages += 1
      paths.push(...page.items.map(({ path }) => path))
      token = page.nextPageToken ?? ''
    } while (token)
    expect(paths.toSorted()).toEqual(Object.keys(files).toSorted())
    expect(pages).toBeGreaterThan(2)
  })

  test('a file past the limit of what is read is named, and not read', async () => {
    app.commit('huge', { 'config/huge.json': JSON.stringify('z'.repeat(600_000)) })
    const { items } = await compare('?from=base&path=config/huge.json', 'huge')
    expect(items).toEqual([{ path: 'config/huge.json', change: 'added', unreadable: expect.stringMatching(/larger/) }])
  })

  test('a diff that is too long is cut at a line and says so', async () => {
    app.commit('long', { 'notes.md': `${'a line of words\n'.repeat(100_000)}` })
    const answer = await app.request('long', '/api/v1/compare?from=base&format=diff')
    const text = await answer.text()
    expect(text.length).toBeLessThan(1024 * 1024 + 200)
    expect(text).toMatch(/\n\+a line of words\n\\ Cut off after 1048576 bytes[^\n]+\n$/)
  })
})

test('format=diff is what git prints', async () => {
  const answer = await app.request('t', '/api/v1/compare?from=base&format=diff')
  expect(answer.headers.get('content-type')).toBe('text/x-diff; charset=utf-8')
  const said = `${git('diff', '-M', 'main~1', 'customer/t')}\n`
  const withoutIds = (text: string): string => text.replaceAll(/^index .*\n/gm, '')
  expect(withoutIds(await answer.text())).toBe(withoutIds(said))
})

test.each(['?from=', '?from=HEAD', '?to=../main', '?from=main^', '?format=xml', '?pageToken=x', '?path=..'])(
  '%s is refused',
  async (query) => {
    const answer = await app.request('t', `/api/v1/compare${query}`)
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'parameter-invalid'])
  },
)

describe('espalier compare', () => {
  test('prints files and values for people, JSON and a diff for programs', async () => {
    const text = await app.folder.espalier(['compare', 't', 'base'])
    expect(text).toMatchObject({ code: 0, stderr: expect.stringMatching(/^6 files differ$/m) })
    expect(text.stdout).toContain('M  config/limits.yaml\n     ~ /requests: 10 -> 20\n')
    expect(text.stdout).toContain('R  workflows/both.yaml -> workflows/pair.yaml\n')
    const json = await app.folder.espalier(['compare', 't', 'base', '--json', '--path', 'config/limits.yaml'])
    expect((JSON.parse(json.stdout) as Compared).items).toEqual(
      (await compare('?from=base&path=config/limits.yaml')).items,
    )
    const diff = await app.folder.espalier(['compare', 't', 'head~1', 'head', '--diff', '--path', 'notes.md'])
    expect(diff.stdout).toContain('\n+words\n')
  })

  test('of no such revision or tenant ends with 1', async () => {
    for (const args of [['t', 'feed1234'], ['nobody']]) {
      expect((await app.folder.espalier(['compare', ...args])).code).toBe(1)
    }
  })
})
