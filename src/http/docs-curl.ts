/** A `curl` command for an operation, with an example in each place that needs a value. Pure. */
import type { SchemaView } from './docs-schema.ts'

export type ParameterView = {
  name: string
  in: 'path' | 'query' | 'header'
  description: string
  required: boolean
  schema: SchemaView
}

export type CurlView = {
  method: string
  path: string
  parameters: readonly ParameterView[]
  body?: { contentType: string; schema: SchemaView; example?: unknown } | undefined
}

const SERVER = 'http://localhost:8080'
/** Left out of an example although it is optional, a request would be of no tenant. */
const TENANT_HEADER = 'X-Tenant-ID'

export function curlCommand({ method, path, parameters, body }: CurlView): string {
  const of = (place: ParameterView['in']) =>
    parameters.filter((each) => each.in === place && (each.required || each.name === TENANT_HEADER))
  const url = of('path').reduce((text, { name, schema }) => text.replace(`{${name}}`, textOf(name, schema)), path)
  const query = of('query').map(({ name, schema }) => `${name}=${textOf(name, schema)}`)
  const lines = [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}${quoted(`${SERVER}${url}${query.length > 0 ? `?${query.join('&')}` : ''}`)}`,
    ...of('header').map(({ name, schema }) => `-H ${quoted(`${name}: ${textOf(name, schema)}`)}`),
    ...(body ? bodyOptions(body) : []),
  ]
  return lines.join(' \\\n  ')
}

function bodyOptions({ contentType, schema, example }: NonNullable<CurlView['body']>): string[] {
  if (contentType === 'application/octet-stream') return ['--data-binary @FILE']
  const data = `-d ${quoted(JSON.stringify(example ?? exampleOf(schema)))}`
  return contentType === 'application/json' ? [data] : [`-H ${quoted(`Content-Type: ${contentType}`)}`, data]
}

/** A word for the shell: in quotes where it is more than a plain one. */
const quoted = (text: string): string =>
  /^[A-Za-z0-9_:/.,=@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`

const textOf = (name: string, schema: SchemaView): string => {
  const example = given(schema)
  return example === undefined ? `<${name}>` : String(example)
}

/** What a schema itself gives as an example of a value. */
const given = ({ examples, const: value, enum: values, default: standard }: SchemaView): unknown =>
  examples?.[0] ?? value ?? values?.[0] ?? standard

/** The smallest value of the schema that says something: members that are required, or else the first. */
function exampleOf(schema: SchemaView): unknown {
  const example = given(schema)
  if (example !== undefined) return example
  const { type, properties = {}, required, items, minimum } = schema
  if (type === 'object') {
    const names = required ?? Object.keys(properties).slice(0, 1)
    return Object.fromEntries(names.map((name) => [name, exampleOf(properties[name] ?? {})]))
  }
  if (type === 'array') return items ? [exampleOf(items)] : []
  if (type === 'integer' || type === 'number') return minimum ?? 1
  return type === 'boolean' ? true : '...'
}
