import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHistoryRepository } from '../../src/git/history/history-repository.ts'
import { createProvenance } from '../../src/history/provenance/provenance.ts'
import { createVersions } from '../../src/history/provenance/versions.ts'
import type { Oid } from '../../src/kernel/ids.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { KEYS, type Made, shadowOf, steps, writeHistory } from './random-history.ts'

const isSoak = process.env.ESPALIER_SOAK === '1'

type Source = { from: string; commit: string | null }
type File = Source & { path: string; keys?: (Source & { pointer: string })[]; keysOmitted?: number }
type Page = {
  revision: string
  base: string | null
  items: File[]
  commits: Record<string, { author: string; subject: string }>
  nextPageToken?: string
}

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

const git = (...args: string[]): string => app.repository.git(args)
const provenance = async (tenant: string, query = ''): Promise<Page> => {
  const answer = await app.request(tenant, `/api/v1/provenance${query}`)
  expect(answer.status, await answer.clone().text()).toBe(200)
  return (await answer.json()) as Page
}
/** Of one file its own source, and those of its keys by pointer. */
const sourcesOf = ({ items }: Page, path: string) => {
  const file = items.find((item) => item.path === path) ?? expect.fail(path)
  const said = ({ from, commit }: Source): string => `${from} ${commit}`
  return { file: said(file), keys: Object.fromEntries((file.keys ?? []).map((key) => [key.pointer, said(key)])) }
}

test('tells file by file and key by key which side and which commit a value is of', async () => {
  const start = git('rev-parse', 'main')
  const own = app.commit('t', { 'config/limits.yaml': 'requests: 20\nnested: { "a/b": [1, { "~": tilde }] }\n' })
  const page = await provenance('t')
  expect(page).toMatchObject({ revision: own, base: start })
  expect(sourcesOf(page, 'config/limits.yaml')).toEqual({
    file: `tenant ${own}`,
    keys: { '/requests': `tenant ${own}`, '/nested/a~1b': `main ${start}` },
  })
  expect(sourcesOf(page, 'tools/small.json').file).toBe(`main ${start}`)
  expect(Object.keys(page.commits).toSorted()).toEqual([start, own].toSorted())
  expect(page.commits[own]).toMatchObject({ author: 'Ada', subject: 'change' })
})

/** Merges main into a branch as git does, and gives the merge. */
function mergeMain(tenant: string): string {
  const [ours, theirs] = [git('rev-parse', `customer/${tenant}`), git('rev-parse', 'main')]
  const tree = git('merge-tree', '--write-tree', ours, theirs).split('\n')[0] ?? ''
  const merge = git('commit-tree', tree, '-p', ours, '-p', theirs, '-m', 'Merge main')
  git('update-ref', `refs/heads/customer/${tenant}`, merge)
  return merge
}

describe('a merge of main', () => {
  test("brings main's values with main's commits, and leaves the tenant's with the tenant's", async () => {
    const start = git('rev-parse', 'main')
    const own = app.commit('merged', { 'config/features.json': '{"beta": true}' })
    const core = app.repository.commit('main', { files: { 'config/limits.yaml': 'requests: 30\n' }, message: 'more' })
    mergeMain('merged')
    const page = await provenance('merged')
    expect(page.base).toBe(core)
    expect(sourcesOf(page, 'config/limits.yaml')).toEqual({
      file: `main ${core}`,
      keys: { '/requests': `main ${core}` },
    })
    expect(sourcesOf(page, 'config/features.json')).toEqual({
      file: `tenant ${own}`,
      keys: { '/beta': `tenant ${own}` },
    })
    expect(sourcesOf(page, 'tools/double.yaml').file).toBe(`main ${start}`)
  })

  test("that keeps an old value of main against a newer one is what made it the tenant's", async () => {
    app.commit('keeper', { 'notes.md': 'x' })
    const old = git('rev-parse', 'customer/keeper')
    const core = app.repository.commit('main', { files: { 'config/features.json': '{"beta": "new"}' } })
    const kept = git('commit-tree', `${old}^{tree}`, '-p', old, '-p', core, '-m', 'Merge main, and keep what we have')
    git('update-ref', 'refs/heads/customer/keeper', kept)
    app.commit('keeper', { 'notes.md': 'y' })
    expect(sourcesOf(await provenance('keeper'), 'config/features.json')).toEqual({
      file: `tenant ${kept}`,
      keys: { '/beta': `tenant ${kept}` },
    })
  })
})

test('a value that the tenant set and main has since come to is of main', async () => {
  app.commit('agreed', { 'config/features.json': '{"beta": "agreed"}' })
  const agreed = { 'config/features.json': '{"beta": "agreed"}' }
  const core = app.repository.commit('main', { files: agreed, message: 'agree' })
  expect(sourcesOf(await provenance('agreed'), 'config/features.json').file).toMatch(/^tenant /)
  mergeMain('agreed')
  expect(sourcesOf(await provenance('agreed'), 'config/features.json').file).toBe(`main ${core}`)
})

test('a branch that shares nothing with main has everything from itself', async () => {
  const head = app.repository.commit('customer/alone', { files: { 'config/x.yaml': 'a: 1\n' }, parent: null })
  const page = await provenance('alone')
  expect(page.base).toBeNull()
  expect(sourcesOf(page, 'config/x.yaml')).toEqual({ file: `tenant ${head}`, keys: { '/a': `tenant ${head}` } })
})

test('a file that cannot be read has a source, and no keys; files of other folders are not told', async () => {
  const head = app.commit('broken', { 'config/x.yaml': 'a: 1\na: 2\n', 'other/y.yaml': 'a: 1\n', toolsx: 'a' })
  const { items } = await provenance('broken')
  expect(items.find(({ path }) => path === 'config/x.yaml')).toEqual({
    path: 'config/x.yaml',
    from: 'tenant',
    commit: head,
  })
  expect(items.every(({ path }) => /^(tools|workflows|config)\//.test(path))).toBe(true)
})

describe('what is asked for', () => {
  test('is narrowed by path, stem and pointer', async () => {
    const paths = async (query: string): Promise<string[]> =>
      (await provenance('t', query)).items.map(({ path }) => path)
    expect(await paths('?path=tools')).toEqual(['tools/double.yaml', 'tools/small.json'])
    expect(await paths('?path=tools/small.json')).toEqual(['tools/small.json'])
    expect(await paths('?stem=limits')).toEqual(['config/limits.yaml'])
    expect(await paths('?stem=limit')).toEqual([])
    const { items } = await provenance('t', '?stem=limits&pointer=/nested')
    expect(items[0]?.keys?.map(({ pointer }) => pointer)).toEqual(['/nested/a~1b'])
    expect((await app.request('t', '/api/v1/provenance?pointer=nested')).status).toBe(400)
  })

  test('comes in pages of one pair of commits, whatever is committed meanwhile', async () => {
    const all = await provenance('t')
    const seen: File[] = []
    let token = ''
    do {
      const page = await provenance('t', `?pageSize=2${token && `&pageToken=${token}`}`)
      expect(page.revision).toBe(all.revision)
      seen.push(...page.items)
      token = page.nextPageToken ?? ''
      app.commit('t', { 'notes.md': `${seen.length}` })
    } while (token)
    expect(seen).toEqual(all.items)
  })

  test('of one file is at most 1,000 keys, and says how many more there are', async () => {
    const many = Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`k${i}`, i]))
    app.commit('many', { 'config/many.json': JSON.stringify(many) })
    const { items } = await provenance('many', '?stem=many')
    expect(items[0]).toMatchObject({ keys: { length: 1000 }, keysOmitted: 200 })
  })
})

test('agrees with git log, key by key, on random histories with merges', async () => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      run += 1
      const [trunk, branch] = [`trunk-${run}`, `branch-${run}`]
      const made = writeHistory(app.repository, { trunk, branch, steps: all })
      await expectAgreement({ made, trunk, branch })
    }),
    { numRuns: isSoak ? 500 : 12, ...(isSoak ? {} : { seed: 20_260_301 }) },
  )
}, 3_600_000)

async function expectAgreement({
  made,
  trunk,
  branch,
}: {
  made: Made[]
  trunk: string
  branch: string
}): Promise<void> {
  const repository = openHistoryRepository(app.repository.gitDir)
  const provenanceOf = createProvenance({ repository, leaves: createVersions(repository) })
  const [head, top] = [git('rev-parse', branch), git('rev-parse', trunk)]
  const base = git('merge-base', branch, trunk)
  const { files } = await provenanceOf({ head: head as Oid, trunk: top as Oid })
  const stateOf = (id: string) => made.find((each) => each.id === id)!.state
  const lastChange = (start: string, path: string): string => git('log', '-1', '--format=%H', start, '--', path)
  const isOwn = (id: string): boolean => git('rev-list', branch, `^${trunk}`).split('\n').includes(id)

  for (const file of files) {
    const isChanged = git('rev-parse', `${head}:${file.path}`) !== gitOrNone(`${base}:${file.path}`)
    expect(file.from, file.path).toBe(isChanged ? 'tenant' : 'main')
    const last = lastChange(isChanged ? head : base, file.path)
    if (!isChanged || isOwn(last)) expect(file.commit, file.path).toBe(last)
  }
  for (const name of KEYS) {
    const present = stateOf(head)[name]
    const [path, pointer] = name.split(' ')
    const leaf = files.find((file) => file.path === path)?.leaves?.find((each) => each.pointer === pointer)
    expect(leaf !== undefined, name).toBe(present !== undefined)
    if (!leaf) continue
    const isChanged = stateOf(base)[name] !== present
    expect(leaf.from, name).toBe(isChanged ? 'tenant' : 'main')
    const last = lastChange(isChanged ? head : base, shadowOf(name))
    expect(leaf.commit, name).toBe(!isChanged || isOwn(last) ? last : keptBy(name))
  }

  /** The oldest merge on the way back that kept the value while main brought another one. */
  function keptBy(name: (typeof KEYS)[number]): string {
    const present = stateOf(head)[name]
    let kept = ''
    for (let at = made.find(({ id }) => id === head)!; at.side === 'tenant'; ) {
      const parents = at.parents.map((index) => made[index]!)
      if (parents.length > 1 && parents[1]!.state[name] !== present) kept = at.id
      at = parents.find(({ state }) => state[name] === present)!
    }
    return kept
  }
}

function gitOrNone(name: string): string | undefined {
  try {
    return git('rev-parse', '--verify', '--quiet', name)
  } catch {
    return undefined
  }
}
