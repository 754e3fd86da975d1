/** `/docs`: the OpenAPI document as a page that people read. Every operation of the document is on it. Pure. */
import { type CurlView, curlCommand, type ParameterView } from './docs-curl.ts'
import { type SchemaView, schemaRow, schemaTable } from './docs-schema.ts'
import { escapeHtml, htmlPage, proseHtml } from './html-page.ts'

/** What is read of the document that `openApiDocument` makes. */
export type DocumentView = {
  info: { version: string; summary: string }
  tags: readonly { name: string; description: string }[]
  paths: Readonly<Record<string, Readonly<Record<string, OperationView>>>>
}

type Media = { schema: SchemaView; example?: unknown }
type Content = Readonly<Record<string, Media>>

type OperationView = {
  operationId: string
  summary: string
  description?: string
  tags: readonly string[]
  'x-right'?: string
  parameters?: readonly ParameterView[]
  requestBody?: { content: Content }
  responses: Readonly<Record<string, { description: string; content?: Content }>>
}

type Entry = { method: string; path: string; operation: OperationView }

const JSON_TYPE = 'application/json'
const PROBLEM_TYPE = 'application/problem+json'

export function docsPage({ info, tags, paths }: DocumentView): string {
  const entries = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Entry => ({ method, path, operation })),
  )
  const groups = tags.map(({ name, description }) => ({
    name,
    description,
    entries: entries.filter(({ operation }) => operation.tags.includes(name)),
  }))
  const aside = groups.map(
    ({ name, entries: own }) => `<h2>${escapeHtml(name)}</h2>\n<ul>\n${own.map(navItem).join('\n')}\n</ul>`,
  )
  const main = groups.map(
    ({ name, description, entries: own }) =>
      `<h2>${escapeHtml(capital(name))}</h2>\n<p>${proseHtml(description)}</p>\n${own.map(section).join('\n')}`,
  )
  return htmlPage({
    title: 'API',
    aside: aside.join('\n'),
    main: [`<p>${proseHtml(info.summary)} Version ${escapeHtml(info.version)}.</p>`, INTRODUCTION, ...main].join('\n'),
  })
}

const INTRODUCTION = `<p>The same as a document for programs: <a href="/openapi.json">openapi.json</a>. What each error means:
<a href="/problems">problems</a>.</p>
<p>Send an API key as <code>Authorization: Bearer esp_...</code>, which decides the tenant. On a server that only its own
machine reaches, <code>X-Tenant-ID</code> alone is enough, as in the examples here.</p>`

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

const methodBadge = (method: string): string =>
  `<span class="method ${escapeHtml(method)}">${escapeHtml(method)}</span>`

const navItem = ({ method, path, operation }: Entry): string =>
  `<li><a href="#${escapeHtml(operation.operationId)}">${methodBadge(method)} <code>${escapeHtml(path)}</code></a></li>`

function section({ method, path, operation }: Entry): string {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation
  const right = operation['x-right']
  const body = bodyOf(requestBody?.content ?? {})
  return [
    `<section id="${escapeHtml(operationId)}">`,
    `<h3>${methodBadge(method)} <code>${escapeHtml(path)}</code></h3>`,
    `<p><strong>${proseHtml(summary)}.</strong>${description ? ` ${proseHtml(description)}` : ''}</p>`,
    `<p class="quiet">${right ? `Takes the right <code>${escapeHtml(right)}</code>.` : 'Open to everybody.'}</p>`,
    parameters.length > 0 ? `<h4>Parameters</h4>\n<table>\n${parameters.map(parameterRow).join('\n')}\n</table>` : '',
    body ? `<h4>Body</h4>\n${bodyHtml(body)}` : '',
    `<h4>Answers</h4>\n${Object.entries(responses).map(answerHtml).join('\n')}`,
    problemsHtml(responses),
    `<h4>Example</h4>\n<pre><code>${escapeHtml(curlCommand({ method, path, parameters, ...(body ? { body } : {}) }))}</code></pre>`,
    '</section>',
  ]
    .filter((part) => part !== '')
    .join('\n')
}

/** The body that is shown: JSON where it may be that, else the first of what it may be. */
function bodyOf(content: Content): CurlView['body'] {
  const [contentType, media] =
    JSON_TYPE in content ? [JSON_TYPE, content[JSON_TYPE]] : (Object.entries(content)[0] ?? [])
  return contentType !== undefined && media ? { contentType, ...media } : undefined
}

const parameterRow = ({ name, in: place, description, required, schema }: ParameterView): string =>
  schemaRow(name, { ...schema, description }, [`in the ${place}`, ...(required ? ['required'] : [])])

const bodyHtml = ({ schema }: { schema: SchemaView }): string =>
  `${schema.description ? `<p>${proseHtml(schema.description)}</p>\n` : ''}${schemaTable(schema)}`

type ResponseEntry = [status: string, response: OperationView['responses'][string]]

/** What went well; problems have a list of their own. */
function answerHtml([status, { description, content = {} }]: ResponseEntry): string {
  if (content[PROBLEM_TYPE]) return ''
  const [type, media] = Object.entries(content)[0] ?? []
  const note = type === undefined || type === JSON_TYPE ? '' : ` <small>${escapeHtml(type)}</small>`
  const head = `<code>${escapeHtml(status)}</code> ${proseHtml(description)}${note}`
  const table = media ? schemaTable(media.schema) : ''
  return table === '' ? `<p>${head}</p>` : `<details><summary>${head}</summary>\n${table}\n</details>`
}

/** Each code leads to its advice. */
function problemsHtml(responses: OperationView['responses']): string {
  const rows = Object.entries(responses).flatMap(([status, { description, content = {} }]) => {
    if (!content[PROBLEM_TYPE]) return []
    const linked = escapeHtml(description).replace(/`([a-z-]+)`: /g, '<br><a href="/problems/$1"><code>$1</code></a> ')
    return [`<tr><td><code>${escapeHtml(status)}</code></td><td>${linked.replace(/^<br>/, '')}</td></tr>`]
  })
  if (rows.length === 0) return ''
  return `<details><summary>Problems</summary>\n<table>\n${rows.join('\n')}\n</table>\n</details>`
}
