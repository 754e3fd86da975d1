/** The server itself: what it is, whether it lives, its metrics, its description and its schemas. */
import { AppError, PROBLEMS } from '../../kernel/errors.ts'
import { type DocumentView, docsPage } from '../docs-page.ts'
import {
  type AnswerHeaders,
  answerJson,
  answerJsonText,
  answerText,
  type Ctx,
  type Reply,
  requestHeader,
} from '../exchange.ts'
import { PAGE_POLICY, PAGE_TYPE } from '../html-page.ts'
import { openApiDocument } from '../openapi.ts'
import { explainProblems, PROBLEM_EXPLANATION_SCHEMA, problemPage, problemsPage } from '../problems-page.ts'
import type { Answer, Operation, Route } from '../route.ts'

export type OperationsDeps = {
  version: string
  /** Throws where a part of the server does not work. */
  checkReady(): Promise<void>
  metrics: { text(): Promise<string>; contentType: string }
  /** By name, such as `tool`. */
  schemas: Readonly<Record<string, object>>
}

/** `others` are all routes that the document describes beside these. */
export function operationRoutes(others: readonly Route[], deps: OperationsDeps): Route[] {
  const { version, checkReady, metrics, schemas } = deps
  const get = (path: Route['path'], operation: Omit<Operation, 'tag'>, handle: (c: Ctx) => Answer): Route => ({
    method: 'get',
    path,
    access: 'open',
    effect: 'reads',
    operation: { ...operation, tag: 'operations' },
    handle,
  })
  const schemaPaths = Object.keys(schemas).map((name) => `/schemas/${name}.json`)
  const ok = (c: Ctx): Reply => answerJson(c, { status: 'ok' })
  const page = { responses: { 200: { description: 'A page.', contentType: 'text/html' } } }
  const status = { type: 'object', required: ['status'], properties: { status: { const: 'ok' } } }

  const lives = {
    summary: 'Whether the process lives',
    responses: { 200: { description: 'It does.', schema: status } },
  }

  const routes: Route[] = [
    get(
      '/',
      {
        id: 'about',
        summary: 'What this is',
        responses: {
          200: {
            description: 'The service, and where to go from here.',
            schema: {
              type: 'object',
              required: ['service', 'version', 'links'],
              properties: { service: { const: 'espalier' }, version: { type: 'string' }, links: { type: 'object' } },
            },
          },
        },
      },
      (c) => answerJson(c, { service: 'espalier', version, links: { ...LINKS, schemas: schemaPaths } }),
    ),
    get('/health', { id: 'health', ...lives }, ok),
    get('/livez', { id: 'livez', ...lives }, ok),
    get(
      '/readyz',
      {
        id: 'readyz',
        summary: 'Whether the repository and the database answer',
        responses: { 200: { description: 'They do.', schema: status } },
        problems: ['not-ready'],
      },
      async (c) => {
        await checkReady().catch((cause: unknown) => {
          throw new AppError('not-ready', { detail: 'The repository or the database does not answer.', cause })
        })
        return ok(c)
      },
    ),
    {
      method: 'get',
      path: '/metrics',
      // Its series name every tenant: what one of them may not know of the others.
      access: 'operator',
      right: 'tenants:read',
      effect: 'reads',
      operation: {
        id: 'metrics',
        summary: 'Metrics for Prometheus',
        tag: 'operations',
        responses: { 200: { description: 'Text exposition format.', contentType: 'text/plain' } },
      },
      handle: async (c) => answerText(c, await metrics.text(), { contentType: metrics.contentType }),
    },
    get(
      '/openapi.json',
      {
        id: 'openapi',
        summary: 'This description',
        responses: { 200: { description: 'OpenAPI 3.1.', schema: { type: 'object' } } },
      },
      (c) => answerJsonText(c, document),
    ),
    get('/docs', { id: 'docs', summary: 'This description, for people', ...page }, (c) => answerPage(c, docs)),
    get('/problems', { id: 'problems', summary: 'What each problem code means', ...page }, (c) =>
      answerPage(c, problemsPage(problems.values())),
    ),
    get(
      '/problems/{code}',
      {
        id: 'problem',
        summary: 'What one problem code means, what to do about it, and what answers it',
        description: 'The `type` of every problem is this page. `Accept: application/json` gets the same as data.',
        parameters: [
          {
            name: 'code',
            in: 'path',
            description: 'The code.',
            schema: { enum: Object.keys(PROBLEMS) },
          },
        ],
        responses: {
          200: { ...page.responses[200], onRequest: { 'application/json': PROBLEM_EXPLANATION_SCHEMA } },
        },
        problems: ['not-found'],
      },
      (c) => {
        const problem = problems.get(c.param('code'))
        if (!problem) throw new AppError('not-found', { detail: 'There is no such problem; /problems lists them.' })
        const headers = { Vary: 'Accept' }
        return wantsJson(c) ? answerJson(c, problem, { headers }) : answerPage(c, problemPage(problem), headers)
      },
    ),
    get(
      '/schemas/{file}',
      {
        id: 'schema',
        summary: 'The JSON Schema of a kind of file',
        parameters: [
          {
            name: 'file',
            in: 'path',
            description: 'The kind of file.',
            schema: { enum: Object.keys(schemas).map((name) => `${name}.json`) },
          },
        ],
        responses: {
          200: { description: 'The schema.', schema: { type: 'object' }, contentType: SCHEMA_TYPE },
        },
        problems: ['not-found'],
      },
      (c) => {
        const name = c.param('file').replace(/\.json$/, '')
        const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined
        if (schema) return answerText(c, JSON.stringify(schema), { contentType: SCHEMA_TYPE })
        throw new AppError('not-found', { detail: `There are schemas of ${Object.keys(schemas).join(' and ')}.` })
      },
    ),
  ]
  const problems = explainProblems([...others, ...routes])
  const document = JSON.stringify(openApiDocument([...others, ...routes], { version }))
  const docs = docsPage(JSON.parse(document) as DocumentView)
  return routes
}

const answerPage = (c: Ctx, html: string, headers?: AnswerHeaders): Reply =>
  answerText(c, html, { contentType: PAGE_TYPE, headers: { ...PAGE_POLICY, ...headers } })

/** Whether the caller asks for JSON and is no browser, which asks for pages first. */
function wantsJson(c: Ctx): boolean {
  const accept = requestHeader(c, 'accept') ?? ''
  return accept.includes('application/json') && !accept.includes('text/html')
}

const SCHEMA_TYPE = 'application/schema+json'

const LINKS = {
  description: '/openapi.json',
  docs: '/docs',
  problems: '/problems',
  health: '/health',
  metrics: '/metrics',
  execute: '/api/v1/execute',
  tenants: '/admin/tenants',
}
