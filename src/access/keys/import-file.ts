/**
 * A file of keys that another service made, read: YAML (or JSON) with a list `api_keys`, each with `key`, `tenant`,
 * `role` and `rate_limit`. A key without a tenant and with the role `admin` sees all data: it becomes an operator's.
 * Pure. Invariant: no text of a key is in anything that this says of the file.
 */
import type { FromSchema } from 'json-schema-to-ts'
import type { Document } from '../../documents/document.ts'
import { parseDocument } from '../../documents/parse.ts'
import { AppError, type ProblemItem } from '../../kernel/errors.ts'
import { parseTenantId, TENANT_ID_FORM } from '../../kernel/ids.ts'
import { compileValidator } from '../../schemas/ajv.ts'
import { TENANT_ROLES } from '../actor.ts'
import { readPresented } from './format.ts'
import { type KeyGrant, SCOPES_OF_ROLE } from './key.ts'
import type { ForeignKey } from './keys.ts'
import { RATE_LIMIT_PATTERN } from './rate-limit.ts'

const MAX_BYTES = 8 * 1024 * 1024
const LIMITS = { maxBytes: MAX_BYTES, maxDepth: 8, maxNodes: 500_000 }

const SCHEMA = {
  type: 'object',
  required: ['api_keys'],
  properties: {
    api_keys: {
      type: 'array',
      items: {
        type: 'object',
        required: ['key'],
        properties: {
          key: { type: 'string' },
          tenant: { type: 'string' },
          role: { enum: TENANT_ROLES },
          rate_limit: { type: 'string', pattern: RATE_LIMIT_PATTERN, examples: ['100/minute'] },
          name: { type: 'string', maxLength: 100 },
        },
        additionalProperties: false,
      },
    },
  },
} as const

type Entry = FromSchema<typeof SCHEMA>['api_keys'][number]

const validate = compileValidator(SCHEMA)

/** A key of the file and the pointer to it. */
export type FileKey = ForeignKey & { pointer: string }

export type KeyFile = {
  keys: readonly FileKey[]
  /** Top-level members that say nothing about keys. */
  ignored: readonly string[]
  /** The problem at `pointer`, with its line and column. */
  at(pointer: string, detail: string): ProblemItem
}

/** @throws AppError `body-invalid` with every place that is wrong */
export function readKeyFile(file: string, bytes: Uint8Array): KeyFile {
  const parsed = parseDocument(file, bytes, LIMITS)
  if (parsed.kind === 'rejected') {
    throw refused(parsed.findings.map(({ pointer, detail, line, column }) => ({ file, pointer, detail, line, column })))
  }
  const { document } = parsed
  const at = (pointer: string, detail: string): ProblemItem => ({ file, pointer, detail, ...document.locate(pointer) })
  const violations = validate(document.value)
  if (violations.length > 0) throw refused(violations.map(({ pointer, detail }) => at(pointer, detail)))
  const problems: ProblemItem[] = []
  const keys = entriesOf(document).map((entry, index) => toFileKey(entry, `/api_keys/${index}`))
  const seen = new Set<string>()
  for (const { text, pointer, grant, doubt } of keys) {
    if (doubt) problems.push(at(`${pointer}/${doubt.member}`, doubt.detail))
    if (seen.has(text)) problems.push(at(`${pointer}/key`, 'This key is in the file twice.'))
    if (readPresented(text).kind !== 'foreign') problems.push(at(`${pointer}/key`, FOREIGN_KEY_FORM))
    if (grant.tenant === null && grant.role !== 'operator') problems.push(at(pointer, TENANT_MISSING))
    seen.add(text)
  }
  if (problems.length > 0) throw refused(problems)
  const members = Object.keys(document.value as object)
  return { keys, ignored: members.filter((name) => name !== 'api_keys'), at }
}

const FOREIGN_KEY_FORM =
  'A key of another service has 8 to 256 visible ASCII characters and does not begin with "esp_", as our own do.'
const TENANT_MISSING = 'Name the tenant of this key; only a key with the role admin may be without one.'

const entriesOf = ({ value }: Document): readonly Entry[] => (value as FromSchema<typeof SCHEMA>).api_keys

type Doubt = { member: 'tenant'; detail: string }

/** The role that the file's own format gives a key that names none. */
const DEFAULT_ROLE = 'analyst'

function toFileKey(entry: Entry, pointer: string): FileKey & { doubt?: Doubt } {
  const { key: text, tenant: named, role = DEFAULT_ROLE, rate_limit = null, name = 'imported' } = entry
  const tenant = named === undefined ? null : parseTenantId(named)
  const isOperator = named === undefined && role === 'admin'
  const grantedRole = isOperator ? 'operator' : role
  const grant: KeyGrant = {
    tenant: tenant ?? null,
    name,
    role: grantedRole,
    scopes: SCOPES_OF_ROLE[grantedRole],
    userId: null,
    rateLimit: rate_limit,
    expiresAt: null,
  }
  if (tenant !== undefined) return { text, pointer, grant }
  const detail = `"${named}" is no tenant id: ${TENANT_ID_FORM}.`
  return { text, pointer, grant, doubt: { member: 'tenant', detail } }
}

export const refused = (errors: readonly ProblemItem[]): AppError =>
  new AppError('body-invalid', { detail: 'The file of keys was refused; nothing was imported.', errors })
