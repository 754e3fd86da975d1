/** A JSON Schema as a table that people read: one row a member, with what is inside of it. Pure. */
import { escapeHtml, proseHtml } from './html-page.ts'

/** What is read of a schema; the rest of it is in `/openapi.json`. */
export type SchemaView = {
  type?: string | readonly string[]
  title?: string
  description?: string
  properties?: Readonly<Record<string, SchemaView>>
  required?: readonly string[]
  items?: SchemaView
  additionalProperties?: boolean | SchemaView
  enum?: readonly unknown[]
  const?: unknown
  default?: unknown
  examples?: readonly unknown[]
  format?: string
  pattern?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  maxItems?: number
}

/** The members of an object, or of the objects in a list; empty where the schema names none. */
export function schemaTable(schema: SchemaView): string {
  const rows = memberRows(schema, '')
  return rows.length === 0 ? '' : `<table>\n${rows.join('\n')}\n</table>`
}

function memberRows(schema: SchemaView, path: string): string[] {
  if (schema.items) return memberRows(schema.items, `${path}[]`)
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const place = path === '' ? name : `${path}.${name}`
    const notes = schema.required?.includes(name) ? ['required'] : []
    return [schemaRow(place, member, notes), ...memberRows(member, place)]
  })
}

/** @param notes what is to be said beside the schema's own */
export function schemaRow(name: string, schema: SchemaView, notes: readonly string[]): string {
  const facts = [...notes, typeText(schema), ...LIMITS.flatMap((say) => say(schema) ?? [])]
  const description = schema.description ? `<p>${proseHtml(schema.description)}</p>` : ''
  const row = `<td><code>${escapeHtml(name)}</code></td><td>${description}<small>${facts.map(proseHtml).join(' · ')}</small></td>`
  return `<tr>${row}</tr>`
}

function typeText({ type, enum: values, const: value, items }: SchemaView): string {
  if (value !== undefined) return `always \`${JSON.stringify(value)}\``
  if (values) return values.map((each) => `\`${String(each)}\``).join(', ')
  if (type === 'array') return items ? `list of: ${typeText(items)}` : 'list'
  if (type === undefined) return 'anything'
  return typeof type === 'string' ? type : type.join(' or ')
}

const LIMITS: readonly ((schema: SchemaView) => string | undefined)[] = [
  ({ format }) => format,
  ({ pattern }) => pattern && `\`${pattern}\``,
  ({ minimum, maximum }) => range(minimum, maximum, ''),
  ({ minLength, maxLength }) => range(minLength, maxLength, ' characters'),
  ({ maxItems }) => range(undefined, maxItems, ' items'),
  (schema) => (schema.default === undefined ? undefined : `\`${JSON.stringify(schema.default)}\` where absent`),
]

function range(least: number | undefined, most: number | undefined, unit: string): string | undefined {
  if (least !== undefined && most !== undefined) return `${least} to ${most}${unit}`
  if (least !== undefined) return `at least ${least}${unit}`
  return most === undefined ? undefined : `at most ${most}${unit}`
}
