/** What can be asked of keys, as `/openapi.json` tells it; keys.ts mounts each at three places. Pure data. */
import { KEY_SCHEMA, ROTATE_BODY } from '../../access/keys/resource.ts'
import type { TenantRight } from '../../access/rights.ts'
import type { ProblemCode } from '../../kernel/errors.ts'
import { PAGE_PARAMETERS, pageSchema } from '../paging.ts'
import type { Method, Operation, Parameter, Route } from '../route.ts'

/** A tenant's own keys, those of a tenant that an operator names, or the operators'. */
type Place = 'tenant' | 'admin-tenant' | 'admin'

export type KeyOperation = {
  name: 'create' | 'list' | 'get' | 'rotate' | 'revoke'
  method: Method
  /** The path, after that of the collection. */
  below: '' | '/{key}' | '/{key}/rotate'
  effect: Route['effect']
  /** Those that answer with a key: sent again after a lost answer, they give the same one. */
  idempotent?: true
  /** At a tenant's own place. */
  right: TenantRight
  operation(at: { place: Place; body: object }): Operation
}

const OF: Readonly<Record<Place, string>> = {
  tenant: "the tenant's",
  'admin-tenant': 'of a tenant',
  admin: 'of operators',
}

const ID_PREFIX: Readonly<Record<Place, string>> = {
  tenant: '',
  'admin-tenant': 'tenant-',
  admin: 'operator-',
}

const TENANT: Parameter = { name: 'id', in: 'path', description: 'The tenant.', schema: { type: 'string' } }
const KEY: Parameter = { name: 'key', in: 'path', description: 'The id of the key.', schema: { type: 'string' } }

const BODY_PROBLEMS: readonly ProblemCode[] = ['body-malformed', 'body-invalid', 'body-too-large']

const parametersAt = (place: Place, own: readonly Parameter[]): readonly Parameter[] =>
  place === 'admin-tenant' ? [TENANT, ...own] : own

const problemsAt = (place: Place, own: readonly ProblemCode[]): readonly ProblemCode[] =>
  place === 'admin-tenant' ? [...own, 'tenant-invalid-id', 'tenant-not-found'] : own

const tagAt = (place: Place): Operation['tag'] => (place === 'tenant' ? 'tenant' : 'admin')

const SHOWN_KEY = {
  ...KEY_SCHEMA,
  required: [...KEY_SCHEMA.required, 'key'],
  properties: { ...KEY_SCHEMA.properties, key: { type: 'string', description: 'The key itself, shown this once.' } },
} as const

export const KEY_OPERATIONS: readonly KeyOperation[] = [
  {
    name: 'create',
    method: 'post',
    below: '',
    effect: 'acts',
    idempotent: true,
    right: 'keys:write',
    operation: ({ place, body }) => ({
      id: `create-${ID_PREFIX[place]}key`,
      summary: `Issue a key (${OF[place]}); the answer is the only place where it is shown`,
      description: 'A caller with a key can issue none with a higher role or with other scopes than its own.',
      tag: tagAt(place),
      parameters: parametersAt(place, []),
      body: { schema: body },
      responses: { 201: { description: 'The key.', schema: SHOWN_KEY, headers: ['Location'] } },
      problems: problemsAt(place, BODY_PROBLEMS),
    }),
  },
  {
    name: 'list',
    method: 'get',
    below: '',
    effect: 'reads',
    right: 'keys:read',
    operation: ({ place }) => ({
      id: `list-${ID_PREFIX[place]}keys`,
      summary: `Keys (${OF[place]}), by id`,
      tag: tagAt(place),
      parameters: parametersAt(place, PAGE_PARAMETERS),
      responses: { 200: { description: 'A page of keys.', schema: pageSchema(KEY_SCHEMA) } },
      problems: problemsAt(place, ['parameter-invalid']),
    }),
  },
  {
    name: 'get',
    method: 'get',
    below: '/{key}',
    effect: 'reads',
    right: 'keys:read',
    operation: ({ place }) => ({
      id: `get-${ID_PREFIX[place]}key`,
      summary: `One key (${OF[place]})`,
      tag: tagAt(place),
      parameters: parametersAt(place, [KEY]),
      responses: { 200: { description: 'What it allows, and where it stands.', schema: KEY_SCHEMA } },
      problems: problemsAt(place, ['key-not-found']),
    }),
  },
  {
    name: 'rotate',
    method: 'post',
    below: '/{key}/rotate',
    effect: 'acts',
    idempotent: true,
    right: 'keys:write',
    operation: ({ place }) => ({
      id: `rotate-${ID_PREFIX[place]}key`,
      summary: `Replace a key (${OF[place]}) by a new one that allows the same`,
      description: 'The old key works for `grace_seconds` more, or ends `at_once`. Of two rotations at once, one wins.',
      tag: tagAt(place),
      parameters: parametersAt(place, [KEY]),
      body: { schema: ROTATE_BODY, example: { grace_seconds: 86_400 } },
      responses: { 201: { description: 'The new key.', schema: SHOWN_KEY, headers: ['Location'] } },
      problems: problemsAt(place, [...BODY_PROBLEMS, 'key-not-found', 'key-not-active']),
    }),
  },
  {
    name: 'revoke',
    method: 'delete',
    below: '/{key}',
    effect: 'acts',
    right: 'keys:write',
    operation: ({ place }) => ({
      id: `revoke-${ID_PREFIX[place]}key`,
      summary: `End a key (${OF[place]}) at once`,
      description: 'Other processes on the same database see it within 2 seconds.',
      tag: tagAt(place),
      parameters: parametersAt(place, [KEY]),
      responses: { 200: { description: 'The key, revoked.', schema: KEY_SCHEMA } },
      problems: problemsAt(place, ['key-not-found']),
    }),
  },
]
