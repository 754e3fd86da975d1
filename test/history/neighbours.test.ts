/** An id of another tenant, in whatever parameter takes one, is answered as one that does not exist: byte for byte. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../support/test-app.ts'

let app: TestApp
let foreign: Record<'commit' | 'ancestor' | 'tree' | 'blob', string>

beforeAll(async () => {
  app = await createTestApp()
  app.commit('t', { 'config/own.yaml': 'a: 1\n' })
  app.commit('t', { 'config/own.yaml': 'a: 2\n' })
  const git = (name: string): string => app.repository.git(['rev-parse', name])
  app.commit('other', { 'config/secret.yaml': 'canary: 1\n' })
  app.commit('other', { 'config/secret.yaml': 'canary: 2\n' })
  foreign = {
    commit: git('customer/other'),
    ancestor: git('customer/other~1'),
    tree: git('customer/other^{tree}'),
    blob: git('customer/other:config/secret.yaml'),
  }
})
afterAll(() => app.close())

const PLACES: Readonly<Record<string, (id: string) => string>> = {
  'revision of history': (id) => `/api/v1/history?revision=${id}`,
  'revision of history, and steps': (id) => `/api/v1/history?revision=${id}~1`,
  'an abbreviated revision of history': (id) => `/api/v1/history?revision=${id.slice(0, 10)}`,
  'pageToken of history': (id) => `/api/v1/history?pageToken=${id}.0`,
  'from of compare': (id) => `/api/v1/compare?from=${id}`,
  'to of compare': (id) => `/api/v1/compare?to=${id}`,
  'an abbreviated from of compare': (id) => `/api/v1/compare?from=${id.slice(0, 7)}`,
  'from of compare, as a diff': (id) => `/api/v1/compare?from=${id}&format=diff`,
  'pageToken of provenance': (id) => `/api/v1/provenance?pageToken=${id}.${id}.0`,
  'pageToken of compare': (id) => `/api/v1/compare?pageToken=${id}.${id}.0`,
}

const answerTo = async (path: string): Promise<object> => {
  const answer = await app.request('t', path, { headers: { 'X-Request-ID': 'same' } })
  return { status: answer.status, headers: [...answer.headers], body: await answer.text() }
}

test.each(Object.entries(PLACES))('%s', async (_name, path) => {
  const unknown = await answerTo(path('5'.repeat(40)))
  expect(unknown).toMatchObject({ status: expect.toSatisfy((status) => status === 404 || status === 400) })
  for (const [kind, id] of Object.entries(foreign)) expect(await answerTo(path(id)), kind).toEqual(unknown)
})

test('ids of the branch itself are taken in every one of these places', async () => {
  const own = app.repository.git(['rev-parse', 'customer/t'])
  for (const [name, path] of Object.entries(PLACES))
    expect(await answerTo(path(own)), name).toMatchObject({ status: 200 })
})

test('an abbreviation that a neighbour has too is none that is ambiguous', async () => {
  // Of 4 digits a few hundred commits of another tenant share some: whichever they are, they do not count.
  const own = app.repository.git(['rev-list', 'customer/t']).split('\n')
  const stream = Array.from(
    { length: 400 },
    (_, i) => `commit refs/heads/customer/crowd\ncommitter A <a@x> ${1_700_000_000 + i} +0000\ndata 1\nx\n`,
  ).join('')
  app.repository.git(['fast-import', '--quiet'], stream)
  for (const id of own) {
    const isOwnAlone = own.filter((each) => each.startsWith(id.slice(0, 4))).length === 1
    expect(await answerTo(`/api/v1/history?revision=${id.slice(0, 4)}`)).toMatchObject({
      status: isOwnAlone ? 200 : 404,
    })
  }
})
