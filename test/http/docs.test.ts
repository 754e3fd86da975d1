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
let problems: Page

const htmlOf = async (path: string): Promise<string> => (await app.request(undefined, path)).text()

beforeAll(async () => {
  app = await createTestApp()
  document = (await (await app.request(undefined, '/openapi.json')).json()) as DocumentView
  api = readPage(await htmlOf('/docs'))
  problems = readPage(await htmlOf('/docs/problems'))
})
afterAll(() => app.close())

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
      else if (page === '/docs/problems' && anchor !== undefined) expect(problems.ids).toContain(anchor)
      else expect(['/docs', '/docs/problems', '/openapi.json']).toContain(link)
    }
    expect(api.links).toContain('/docs/problems#tenant-mismatch')
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

test.each(['/docs', '/docs/problems'])('%s may load and run nothing', async (path) => {
  const { headers } = await app.request(undefined, path)
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'unsafe-inline'/)
})

test('/docs/problems has a section for each code', () => {
  expect(problems.ids).toEqual(Object.keys(PROBLEMS))
})
