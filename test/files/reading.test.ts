/** The files of a branch over HTTP, as git has them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../support/test-app.ts'

let app: TestApp

beforeAll(async () => {
  app = await createTestApp()
  app.commit('t', {
    'README.md': '# T\n',
    'notes/a/deep.txt': 'grüße\n',
    'notes/b.bin': Uint8Array.from([0, 255, 1]),
    'notes/übersicht.yaml': 'a: 1\n',
    'config/policy.yaml': '{}\n',
  })
})
afterAll(() => app.close())

type Item = { path: string; kind: string; oid: string; size: number }

async function list(query: string): Promise<{ items: Item[]; nextPageToken?: string }> {
  const answer = await app.request('t', `/api/v1/files${query}`)
  expect(answer.status).toBe(200)
  return (await answer.json()) as { items: Item[]; nextPageToken?: string }
}

describe('the list', () => {
  test('is what git lists, in its order, with kinds and sizes', async () => {
    const { items } = await list('')
    const git = app.repository
      .git(['ls-tree', '-r', '--long', '-z', 'customer/t'])
      .split('\0')
      .filter(Boolean)
      .map((line) => /^\d+ blob (?<oid>\w+) +(?<size>\d+)\t(?<path>.*)$/.exec(line)?.groups ?? {})
    expect(items.map(({ path, oid, size }) => ({ oid, size: String(size), path }))).toEqual(git)
    expect(Object.fromEntries(items.map(({ path, kind }) => [path, kind]))).toMatchObject({
      'README.md': 'other',
      'config/policy.yaml': 'policy',
      'config/limits.yaml': 'config',
      'tools/double.yaml': 'tool',
      'workflows/both.yaml': 'workflow',
      'notes/a/deep.txt': 'other',
    })
  })

  test('page by page is the same as at once, also below a prefix', async () => {
    for (const prefix of ['', 'notes/', 'config/p', 'nothing']) {
      const whole = (await list(`?prefix=${encodeURIComponent(prefix)}`)).items
      const paged: Item[] = []
      let token: string | undefined
      do {
        const page = await list(
          `?pageSize=2&prefix=${encodeURIComponent(prefix)}${token ? `&pageToken=${encodeURIComponent(token)}` : ''}`,
        )
        paged.push(...page.items)
        token = page.nextPageToken
      } while (token !== undefined)
      expect(paged).toEqual(whole)
      expect(whole.every(({ path }) => path.startsWith(prefix))).toBe(true)
    }
  })
})

describe('one file', () => {
  test.each([
    ['tools/small.json', 'application/json'],
    ['config/limits.yaml', 'application/yaml'],
    ['README.md', 'text/markdown; charset=utf-8'],
    ['notes/a/deep.txt', 'text/plain; charset=utf-8'],
    ['notes/b.bin', 'application/octet-stream'],
    ['notes/%C3%BCbersicht.yaml', 'application/yaml'],
  ])('%s byte for byte, its ETag the id of its content, and 304', async (path, type) => {
    const answer = await app.request('t', `/api/v1/files/${path}`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe(type)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    const oid = app.repository.git(['rev-parse', `customer/t:${decodeURIComponent(path)}`])
    expect(answer.headers.get('etag')).toBe(`"${oid}"`)
    const bytes = Buffer.from(await answer.arrayBuffer())
    expect(app.repository.git(['hash-object', '--stdin'], bytes)).toBe(oid)
    const again = await app.request('t', `/api/v1/files/${path}`, { headers: { 'If-None-Match': `"${oid}"` } })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })

  test('of a branch that is not valid can be read, so that it can be mended', async () => {
    app.commit('broken', {})
    expect((await app.request('broken', '/api/v1/config')).status).toBe(200)
    app.commit('broken', { 'config/limits.yaml': 'a: [1\n' })
    const answer = await app.request('broken', '/api/v1/files/config/limits.yaml')
    expect([answer.status, await answer.text()]).toEqual([200, 'a: [1\n'])
    expect(answer.headers.get('x-config-degraded')).toBe(app.repository.git(['rev-parse', 'customer/broken']))
  })

  test('that is a link is not followed', async () => {
    app.commit('linked', { 'notes/link': { link: '../config/limits.yaml' } })
    const answer = await app.request('linked', '/api/v1/files/notes/link')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({
      code: 'file-not-found',
      detail: expect.stringContaining('symbolic link'),
    })
  })

  test.each(['config', 'config/none.yaml', 'none/x', 'config/limits.yaml/x'])('%s is none: 404', async (path) => {
    const answer = await app.request('t', `/api/v1/files/${path}`)
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([404, 'file-not-found'])
  })

  test.each([
    'config%2Flimits.yaml',
    'config/%2e%2e%2Fmain',
    'config%5Climits.yaml',
    'config/limits%2Eyaml',
    'config/a%00b',
    'config/%FF',
    'config//limits.yaml',
    '.git/config',
    'config/.GIT/x',
    'config/git~1',
    'config/a:b',
    'config/x.',
  ])('%s is no path: 400, and it says why', async (path) => {
    const answer = await app.request('t', `/api/v1/files/${path}`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      code: 'parameter-invalid',
      detail: expect.stringMatching(/path|name/i),
    })
  })
})
