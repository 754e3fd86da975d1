import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../support/test-app.ts'

type Commit = {
  id: string
  subject: string
  parents: string[]
  author: { name: string; email: string }
  authoredAt: string
}
type Page = { items: Commit[]; nextPageToken?: string }

let app: TestApp
const heads: string[] = []

beforeAll(async () => {
  app = await createTestApp()
  for (let index = 0; index < 5; index += 1) heads.push(app.commit('t', { 'config/n.yaml': `n: ${index}\n` }))
})
afterAll(() => app.close())

const page = async (query = ''): Promise<Page> =>
  (await (await app.request('t', `/api/v1/history${query}`)).json()) as Page

test('is newest first, down to the first commit of the trunk', async () => {
  const { items } = await page()
  expect(items.map(({ id }) => id)).toEqual([...heads.toReversed(), app.repository.git(['rev-parse', 'main'])])
  expect(items[0]).toMatchObject({
    parents: [heads[3]],
    author: { name: 'Ada', email: 'ada@example.com' },
    subject: 'change',
    authoredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/),
  })
})

test('in pages is the same, also when a commit comes in between', async () => {
  const first = await page('?pageSize=2')
  expect(first.items.map(({ id }) => id)).toEqual([heads[4], heads[3]])
  app.commit('t', { 'config/n.yaml': 'n: later\n' })
  const second = await page(`?pageSize=2&pageToken=${first.nextPageToken}`)
  expect(second.items.map(({ id }) => id)).toEqual([heads[2], heads[1]])
  const last = await page(`?pageSize=2&pageToken=${second.nextPageToken}`)
  expect(last.items).toHaveLength(2)
  expect(last).not.toHaveProperty('nextPageToken')
})

test('subjects that look like something else are text', async () => {
  const message = 'a "quoted" <b>subject</b>, with \t tab, ünïcode and --option\n\nand a body'
  app.repository.commit('customer/odd', { files: {}, parent: 'refs/heads/main^0', message })
  const answer = await app.request('odd', '/api/v1/history?pageSize=1')
  expect(((await answer.json()) as Page).items[0]?.subject).toBe(message.split('\n')[0])
})
