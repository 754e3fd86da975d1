import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, issue } from '../support/keyed.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

type Commit = {
  id: string
  subject: string
  body?: string
  parents: string[]
  from: string
  author: { name: string; email?: string }
  authoredAt: string
  committer: { name: string; email?: string }
  trailers: { name: string; value: string }[]
  signature: { state: string }
  files?: { path: string; change: string; previousPath?: string }[]
  filesOmitted?: number
}
type Page = { items: Commit[]; nextPageToken?: string }

let app: TestApp
const heads: string[] = []

beforeAll(async () => {
  app = await createTestApp()
  for (let index = 0; index < 5; index += 1) heads.push(app.commit('t', { 'config/n.yaml': `n: ${index}\n` }))
})
afterAll(() => app.close())

const page = async (query = '', tenant = 't'): Promise<Page> =>
  (await (await app.request(tenant, `/api/v1/history${query}`)).json()) as Page
const refusal = async (query: string, tenant = 't'): Promise<unknown> => {
  const answer = await app.request(tenant, `/api/v1/history${query}`)
  const { code } = (await answer.json()) as { code?: string }
  return { status: answer.status, code }
}
const idsOf = ({ items }: Page): string[] => items.map(({ id }) => id)
const git = (...args: string[]): string => app.repository.git(args)

test('is newest first, down to the first commit of the trunk', async () => {
  const all = await page()
  expect(idsOf(all)).toEqual([...heads.toReversed(), git('rev-parse', 'main')])
  expect(all.items[0]).toMatchObject({
    parents: [heads[3]],
    from: 'tenant',
    author: { name: 'Ada', email: 'ada@example.com' },
    committer: { name: 'Ada', email: 'ada@example.com' },
    subject: 'change',
    authoredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/),
    trailers: [],
    signature: { state: 'unsigned' },
  })
  expect(all.items.at(-1)).toMatchObject({ from: 'main' })
})

test('in pages is the same, also when a commit comes in between', async () => {
  const first = await page('?pageSize=2')
  expect(idsOf(first)).toEqual([heads[4], heads[3]])
  app.commit('t', { 'config/n.yaml': 'n: later\n' })
  const second = await page(`?pageSize=2&pageToken=${first.nextPageToken}`)
  expect(idsOf(second)).toEqual([heads[2], heads[1]])
  const last = await page(`?pageSize=2&pageToken=${second.nextPageToken}`)
  expect(last.items).toHaveLength(2)
  expect(last).not.toHaveProperty('nextPageToken')
})

test('in pages leaves out no commit of either side of a merge', async () => {
  app.commit('merged', { 'config/own.yaml': 'a: 1\n' })
  app.repository.commit('main', { files: { 'config/core.yaml': 'b: 1\n' }, message: 'core' })
  const own = app.commit('merged', { 'config/own.yaml': 'a: 2\n' })
  const main = git('rev-parse', 'main')
  const tree = git('merge-tree', '--write-tree', own, main)
  const merge = git('commit-tree', tree, '-p', own, '-p', main, '-m', 'Merge main')
  git('update-ref', 'refs/heads/customer/merged', merge)
  const paged: string[] = []
  let token = ''
  do {
    const { items, nextPageToken = '' } = await page(`?pageSize=1${token && `&pageToken=${token}`}`, 'merged')
    paged.push(...items.map(({ id }) => id))
    token = nextPageToken
  } while (token)
  expect(paged).toEqual(git('rev-list', 'customer/merged').split('\n'))
  expect((await page('?include=files', 'merged')).items[0]?.files).toEqual([
    { path: 'config/core.yaml', change: 'added' },
  ])
  git('update-ref', 'refs/heads/main', `${main}~1`)
})

test.each([
  ['?path=tools/double.yaml', 'tools/double.yaml'],
  ['?path=config', 'config'],
  ['?path=config/', 'config'],
])('%s is what git says of that path', async (query, path) => {
  expect(idsOf(await page(query))).toEqual(git('rev-list', 'customer/t', '--', path).split('\n'))
})

test.each(['config/*.yaml', ':(top)config', ':!config', '--all', 'nowhere'])(
  'the path %s is no pattern',
  async (path) => {
    expect(await page(`?path=${encodeURIComponent(path)}`)).toEqual({ items: [] })
  },
)

test.each([
  '?path=../config',
  '?path=/config',
  '?path=config//n.yaml',
  '?path=a%00b',
  '?include=everything',
  '?revision=refs/heads/main',
  '?revision=abc',
  '?revision=head^',
  '?pageToken=x',
  `?pageToken=${'0'.repeat(40)}.0`,
])('%s is refused', async (query) => {
  expect(await refusal(query)).toEqual({ status: 400, code: 'parameter-invalid' })
})

test('a page token of another tenant is no more than one that never was', async () => {
  app.commit('other', { 'config/secret.yaml': 'a: 1\n' })
  app.commit('other', { 'config/secret.yaml': 'a: 2\n' })
  const { nextPageToken } = await page('?pageSize=1', 'other')
  expect(nextPageToken).toMatch(/^[0-9a-f]{40}\.1$/)
  const [theirs, made] = await Promise.all(
    [nextPageToken, `${'1'.repeat(40)}.1`].map(async (token) => {
      const answer = await app.request('t', `/api/v1/history?pageToken=${token}`, { headers: { 'X-Request-ID': 'r' } })
      return { status: answer.status, body: await answer.text() }
    }),
  )
  expect(theirs).toEqual(made)
})

test('begins at any revision of the branch or of main', async () => {
  for (const [revision, id] of [
    ['head~1', heads[4]],
    ['main', git('rev-parse', 'main')],
    ['base', git('rev-parse', 'main')],
    [heads[2], heads[2]],
    [`${heads[2]?.slice(0, 12)}~2`, heads[0]],
  ]) {
    expect((await page(`?revision=${revision}&pageSize=1`)).items[0]?.id, revision).toBe(id)
  }
})

test('subjects that look like something else are text', async () => {
  const message = 'a "quoted" <b>subject</b>, with \t tab, ünïcode and --option\n\nand a body\n\nRollout-Id: 7'
  app.repository.commit('customer/odd', { files: {}, parent: 'refs/heads/main^0', message })
  expect((await page('?pageSize=1', 'odd')).items[0]).toMatchObject({
    subject: message.split('\n')[0],
    body: 'and a body\n\nRollout-Id: 7',
    trailers: [{ name: 'Rollout-Id', value: '7' }],
  })
})

test('with include=files says what each commit changed', async () => {
  const files = { 'tools/twice.yaml': null, 'tools/small.json': null, 'config/features.json': '{"beta": true}' }
  app.repository.commit('customer/files', {
    files: { 'tools/twice.yaml': 'x: 1\n'.repeat(9) },
    parent: 'refs/heads/main^0',
  })
  app.commit('files', { ...files, 'tools/thrice.yaml': 'x: 1\n'.repeat(9) })
  expect((await page('?include=files', 'files')).items.map((item) => item.files)).toEqual([
    [
      { path: 'config/features.json', change: 'modified' },
      { path: 'tools/small.json', change: 'deleted' },
      { path: 'tools/thrice.yaml', change: 'renamed', previousPath: 'tools/twice.yaml' },
    ],
    [{ path: 'tools/twice.yaml', change: 'added' }],
    git('ls-tree', '-r', '--name-only', 'main')
      .split('\n')
      .map((path) => ({ path, change: 'added' })),
  ])
  app.commit('many', Object.fromEntries(Array.from({ length: 205 }, (_, i) => [`notes/${i}.md`, 'x'])))
  expect((await page('?include=files&pageSize=1', 'many')).items[0]).toMatchObject({
    files: { length: 200 },
    filesOmitted: 5,
  })
})

describe('addresses of those who work on main', () => {
  const message = 'core\n\nSigned-off-by: Ada <ada@example.com>\nRollout-Id: 7'

  test('are shown to operators, and not to the tenants that inherit their commits', async () => {
    const main = git('rev-parse', 'main')
    app.repository.commit('main', { files: {}, message })
    app.repository.commit('customer/heir', { files: {}, parent: 'refs/heads/main^0', message })
    const { key } = await issue(app, { tenant: 'heir', role: 'viewer' })
    const { body } = await ask(app, key, '/api/v1/history')
    const [own, inherited] = body.items as Commit[]
    const whole = { name: 'Ada', email: 'ada@example.com' }
    expect(own).toMatchObject({ from: 'tenant', author: whole, committer: whole })
    expect(own?.trailers[0]?.value).toBe('Ada <ada@example.com>')
    expect(inherited).toMatchObject({ from: 'main', author: { name: 'Ada' }, committer: { name: 'Ada' } })
    expect(inherited?.author).not.toHaveProperty('email')
    expect(inherited?.committer).not.toHaveProperty('email')
    expect(inherited?.trailers).toEqual([
      { name: 'Signed-off-by', value: 'Ada' },
      { name: 'Rollout-Id', value: '7' },
    ])
    expect((await page('', 'heir')).items[1]).toMatchObject({ from: 'main', author: whole })
    git('update-ref', 'refs/heads/main', main)
  })
})

test("a history with a damaged commit is that tenant's error only", async () => {
  const missing = '2'.repeat(40)
  const raw = `tree ${git('rev-parse', 'main^{tree}')}\nparent ${missing}\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n\nx\n`
  const head = app.repository.git(['hash-object', '-t', 'commit', '-w', '--stdin'], raw)
  git('update-ref', 'refs/heads/customer/damaged', head)
  const [bad, good] = await Promise.all([refusal('', 'damaged'), page()])
  expect(bad).toEqual({ status: 503, code: 'repository-failed' })
  expect(good.items.length).toBeGreaterThan(5)
})
