/** The pages for people: whole, escaped, without scripts, and with everything that the server has to say. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DocumentView, docsPage } from '../../src/http/docs-page.ts'
import { PROBLEMS } from '../../src/kernel/errors.ts'
import { run } from '../support/run.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { type Page, readPage } from './well-formed-html.ts'

let app: TestApp
let document: DocumentView
let api: Page

const htmlOf = async (path: string): Promise<string> => (await app.request(undefined, path)).text()

beforeAll(async () => {
  app = await createTestApp()
  document = (await (await app.request(undefined, '/openapi.json')).json()) as DocumentView
  api = readPage(await htmlOf('/docs'))
})
afterAll(() => app.close())

const CODES = Object.keys(PROBLEMS) as (keyof typeof PROBLEMS)[]
const PROBLEM_PAGES = CODES.map((code) => `/problems/${code}`)

type Explained = {
  advice: string
  example: object
  answered_by: 'every-path' | { method: string; path: string; operation: string }[]
}

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )

describe('/docs', () => {
  test('has every operation, with its path, its parameters, the members of its body, and its problems', () => {
    expect(api.ids.toSorted()).toEqual(
      operations()
        .map(({ operation }) => operation.operationId)
        .toSorted(),
    )
    for (const { path, operation } of operations()) {
      expect(api.text).toContain(path)
      for (const { name } of operation.parameters ?? []) expect(api.text).toContain(name)
      const members = operation.requestBody?.content['application/json']?.schema.properties ?? {}
      for (const name of Object.keys(members)) expect(api.text, operation.operationId).toContain(name)
      for (const { description } of Object.values(operation.responses)) {
        expect(api.text.replaceAll('\n', ' ')).toContain(description.split('`')[0])
      }
    }
  })

  test('links to places that exist', () => {
    for (const link of api.links) {
      const [page, anchor] = link.split('#')
      if (page === '' && anchor !== undefined) expect(api.ids).toContain(anchor)
      else expect(['/docs', '/openapi.json', '/problems', ...PROBLEM_PAGES]).toContain(link)
    }
    expect(api.links).toContain('/problems/tenant-mismatch')
  })

  test('shows commands that a shell reads as they are meant', async () => {
    const commands = api.text.match(/^curl .*(?:\n {2}-.*)*/gm) ?? []
    expect(commands.length).toBe(operations().length)
    const script = `curl() { printf '%s\\n' "$@" '--'; }\n${commands.join('\n')}`
    const { code, stdout, stderr } = await run(['bash', '--norc', '-c', script], {
      cwd: '/',
      env: { PATH: process.env.PATH },
    })
    expect(code, stderr).toBe(0)
    expect(stderr).toBe('')
    const told = stdout.split('\n--\n').slice(0, -1)
    expect(told).toHaveLength(commands.length)
    for (const words of told) {
      expect(words).toMatch(/^http:\/\/localhost:8080\/\S*$/m)
      const body = /^-d\n(.*)$/m.exec(words)?.[1]
      if (body !== undefined) expect(() => JSON.parse(body), words).not.toThrow()
    }
  })

  test('escapes whatever the document says', () => {
    const text = `<script>alert("x")</script> & \`<b>\``
    const operation = { operationId: 'x"><i>', summary: text, description: text, tags: ['t<'], responses: {} }
    const schema = { type: 'object', properties: { [text]: { type: 'string', description: text, enum: [text] } } }
    const html = docsPage({
      info: { version: text, summary: text },
      tags: [{ name: 't<', description: text }],
      paths: {
        '/<p>': {
          post: {
            ...operation,
            parameters: [{ name: text, in: 'query', required: true, description: text, schema: { examples: [text] } }],
            requestBody: { content: { 'application/json': { schema } } },
            responses: { 200: { description: text, content: { [text]: { schema } } } },
          },
        },
      },
    })
    const page = readPage(html)
    expect(page.ids).toEqual(['x"><i>'])
    expect(html).not.toContain('<script')
  })
})

test.each(['/docs', '/problems', '/problems/tenant-mismatch'])('%s may load and run nothing', async (path) => {
  const { headers } = await app.request(undefined, path)
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'unsafe-inline'/)
})

describe('/problems', () => {
  test('leads to a page for each code', async () => {
    const { links } = readPage(await htmlOf('/problems'))
    expect([...new Set(links)].toSorted()).toEqual(['/docs', '/problems', ...PROBLEM_PAGES].toSorted())
  })

  test.each(CODES)('%s is explained, to people and to programs', async (code) => {
    const { status, title } = PROBLEMS[code]
    const page = readPage(await htmlOf(`/problems/${code}`))
    const answer = await app.request(undefined, `/problems/${code}`, { headers: { Accept: 'application/json' } })
    expect(answer.headers.get('content-type')).toBe('application/json')
    const explained = (await answer.json()) as Explained
    expect(explained).toMatchObject({
      code,
      status,
      title,
      type: `/problems/${code}`,
      example: { type: `/problems/${code}`, title, status, code },
    })
    expect(Object.keys(explained.example)).toEqual(expect.arrayContaining(['detail', 'requestId']))
    for (const said of [title, explained.advice.split('`')[0]!, JSON.stringify(explained.example, null, 2)]) {
      expect(page.text).toContain(said)
    }
    if (explained.answered_by === 'every-path') return
    expect(explained.answered_by).not.toEqual([])
    for (const { method, path, operation } of explained.answered_by) {
      const { responses } = document.paths[path]?.[method] ?? expect.fail(path)
      expect(responses[String(status)]?.description).toContain(`\`${code}\``)
      expect(page.links).toContain(`/docs#${operation}`)
    }
  })

  test('names no code that there is not', async () => {
    for (const name of ['nope', 'constructor', '__proto__', 'not-found%00']) {
      const answer = await app.request(undefined, `/problems/${name}`)
      expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'not-found' }])
    }
  })

  test('is a page to a browser, whatever else it takes', async () => {
    const headers = { Accept: 'text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8' }
    const answer = await app.request(undefined, '/problems/internal', { headers })
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('vary')).toBe('Accept')
  })
})
