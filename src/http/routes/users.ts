/** `/api/users`: the users of one tenant; `/admin/users/{email}`: one person across tenants. */
import type { FromSchema } from 'json-schema-to-ts'
import { TENANT_ROLES } from '../../access/actor.ts'
import { AppError } from '../../kernel/errors.ts'
import { personResource, userResource } from '../../users/resource.ts'
import type { PeopleStore } from '../../users/store.ts'
import { parseEmail, type User } from '../../users/user.ts'
import { DEFAULT_ROLE, type Users } from '../../users/users.ts'
import { jsonBody } from '../body.ts'
import { type AnswerHeaders, answerEmpty, answerJson, type Ctx, type Reply } from '../exchange.ts'
import { PAGE_PARAMETERS, pageOf } from '../paging.ts'
import type { Parameter, Route } from '../route.ts'
import { scopeHeaders, type TenantScope } from '../tenant-scope.ts'
import { acceptedTags, contentTag, IF_MATCH } from '../version-tag.ts'

const NAME = {
  type: 'string',
  pattern: '^[^\\x00-\\x1f\\x7f]*[^\\s\\x00-\\x1f\\x7f][^\\x00-\\x1f\\x7f]*$',
  maxLength: 200,
  examples: ['John Doe'],
} as const

const ADD_BODY = {
  title: 'A new user',
  type: 'object',
  required: ['email', 'name'],
  properties: {
    email: { type: 'string', maxLength: 300, description: 'Kept in lower case; once in a tenant.' },
    name: NAME,
    role: { enum: TENANT_ROLES, default: DEFAULT_ROLE, description: "At most the caller's own." },
  },
  additionalProperties: false,
} as const

const CHANGE_BODY = {
  title: 'What to change of a user',
  type: 'object',
  properties: { name: NAME, role: { enum: TENANT_ROLES, description: "At most the caller's own." } },
  additionalProperties: false,
  minProperties: 1,
} as const

const MEMBERSHIP = {
  role: { enum: TENANT_ROLES },
  permissions: { type: 'array', items: { type: 'string' }, description: 'The rights that the role gives.' },
  joinedAt: { type: 'string', format: 'date-time' },
  lastActive: {
    type: ['string', 'null'],
    format: 'date-time',
    description: 'The last request with a key of this user; null = none yet.',
  },
} as const

const USER = {
  type: 'object',
  required: ['id', 'tenant_id', 'email', 'name', 'created_at', 'membership'],
  properties: {
    id: { type: 'string', description: 'Of this tenant alone: the same person has another id elsewhere.' },
    tenant_id: { type: 'string' },
    email: { type: 'string' },
    name: { type: 'string' },
    created_at: { type: 'string', format: 'date-time' },
    membership: { type: 'object', required: Object.keys(MEMBERSHIP), properties: MEMBERSHIP },
  },
} as const

const PERSON = {
  type: 'object',
  required: ['email', 'memberships'],
  properties: {
    email: { type: 'string' },
    memberships: {
      type: 'array',
      items: {
        type: 'object',
        required: ['tenant_id', 'user_id', 'name', ...Object.keys(MEMBERSHIP)],
        properties: {
          tenant_id: { type: 'string' },
          user_id: { type: 'string' },
          name: { type: 'string' },
          ...MEMBERSHIP,
        },
      },
    },
  },
} as const

const ID: Parameter = { name: 'id', in: 'path', description: 'The user.', schema: { type: 'string' } }
const BODY_PROBLEMS = ['body-malformed', 'body-invalid', 'body-too-large'] as const

export function userRoutes({ users, people }: { users: Users; people: PeopleStore }): Route[] {
  const addBody = jsonBody<FromSchema<typeof ADD_BODY>>(ADD_BODY)
  const changeBody = jsonBody<FromSchema<typeof CHANGE_BODY>>(CHANGE_BODY)

  async function add(c: Ctx, scope: TenantScope): Promise<Reply> {
    const { email, name, role } = await addBody.read(c)
    const user = await users.add(scope.tenant, { email, name, role }, scope.origin)
    const headers = { ...shownHeaders(scope, user), Location: `/api/users/${user.id}` }
    return answerJson(c, userResource(user), { status: 201, headers })
  }

  /** A bare array, as the clients of this path expect; the next page is in `Link` (RFC 8288). */
  async function list(c: Ctx, scope: TenantScope): Promise<Reply> {
    const { pageSize, pageToken = '' } = pageOf(c)
    if (!PAGE_TOKEN.test(pageToken)) {
      throw new AppError('parameter-invalid', { detail: 'pageToken must be what the Link of an earlier page has.' })
    }
    const found = await users.list(scope.tenant, { after: pageToken, limit: pageSize + 1 })
    const page = found.slice(0, pageSize)
    const last = found.length > pageSize ? page.at(-1) : undefined
    const next = last && { Link: `</api/users?pageSize=${pageSize}&pageToken=${last.id}>; rel="next"` }
    return answerJson(c, page.map(userResource), { headers: { ...scopeHeaders(scope), ...next } })
  }

  async function one(c: Ctx, scope: TenantScope): Promise<Reply> {
    const user = await users.find(scope.tenant, idOf(c))
    return answerJson(c, userResource(user), { headers: shownHeaders(scope, user) })
  }

  async function change(c: Ctx, scope: TenantScope): Promise<Reply> {
    const { name, role } = await changeBody.read(c)
    const wanted = { ...(name === undefined ? {} : { name: name.trim() }), ...(role === undefined ? {} : { role }) }
    const user = await users.change(scope.tenant, idOf(c), wanted, scope.origin, requireUnchanged(c))
    return answerJson(c, userResource(user), { headers: shownHeaders(scope, user) })
  }

  async function remove(c: Ctx, scope: TenantScope): Promise<Reply> {
    await users.remove(scope.tenant, idOf(c), scope.origin, requireUnchanged(c))
    return answerEmpty(c, 204, scopeHeaders(scope))
  }

  async function person(c: Ctx): Promise<Reply> {
    const [first, ...others] = await people.membershipsOf(parseEmail(c.param('email')))
    if (!first) throw new AppError('user-not-found', { detail: 'No tenant has a user with this address.' })
    return answerJson(c, personResource([first, ...others]))
  }

  const reads = { access: 'tenant', right: 'users:read', effect: 'reads' } as const
  const writes = { access: 'tenant', right: 'users:write', effect: 'acts' } as const

  return [
    {
      method: 'post',
      path: '/api/users',
      ...writes,
      idempotent: true,
      operation: {
        id: 'add-user',
        summary: 'Add a user to the tenant',
        tag: 'tenant',
        body: { schema: addBody.schema, example: { email: 'john@acme.com', name: 'John Doe' } },
        responses: { 201: { description: 'The user.', schema: USER, headers: ['ETag', 'Location'] } },
        problems: [...BODY_PROBLEMS, 'user-exists', 'tenant-limit-reached'],
      },
      handle: add,
    },
    {
      method: 'get',
      path: '/api/users',
      ...reads,
      operation: {
        id: 'list-users',
        summary: "The tenant's users, in the order in which they joined",
        description: 'The header `Link` has the next page, with `rel="next"`; it is absent on the last.',
        tag: 'tenant',
        parameters: PAGE_PARAMETERS,
        responses: {
          200: { description: 'A page of users.', schema: { type: 'array', items: USER }, headers: ['Link'] },
        },
        problems: ['parameter-invalid'],
      },
      handle: list,
    },
    {
      method: 'get',
      path: '/api/users/{id}',
      ...reads,
      operation: {
        id: 'get-user',
        summary: 'One user',
        tag: 'tenant',
        parameters: [ID],
        responses: { 200: { description: 'The user.', schema: USER, headers: ['ETag'] } },
        problems: ['user-not-found'],
      },
      handle: one,
    },
    {
      method: 'patch',
      path: '/api/users/{id}',
      ...writes,
      operation: {
        id: 'change-user',
        summary: "Change a user's name or role",
        tag: 'tenant',
        parameters: [ID, IF_MATCH],
        body: { schema: changeBody.schema, example: { role: 'admin' } },
        responses: { 200: { description: 'The user as it is now.', schema: USER, headers: ['ETag'] } },
        problems: [...BODY_PROBLEMS, 'user-not-found', 'user-last-owner', 'precondition-failed'],
      },
      handle: change,
    },
    {
      method: 'delete',
      path: '/api/users/{id}',
      ...writes,
      operation: {
        id: 'remove-user',
        summary: 'Remove a user from the tenant',
        tag: 'tenant',
        parameters: [ID, IF_MATCH],
        responses: { 204: { description: 'Removed.' } },
        problems: ['user-not-found', 'user-last-owner', 'precondition-failed'],
      },
      handle: remove,
    },
    {
      method: 'get',
      path: '/admin/users/{email}',
      access: 'operator',
      right: 'tenants:read',
      effect: 'reads',
      operation: {
        id: 'get-person',
        summary: 'In which tenants a person is a user, and as what',
        tag: 'admin',
        parameters: [{ name: 'email', in: 'path', description: 'The address.', schema: { type: 'string' } }],
        responses: { 200: { description: 'The person.', schema: PERSON } },
        problems: ['body-invalid', 'user-not-found'],
      },
      handle: person,
    },
  ]
}

/** Of what can be changed: when the user was last active is no other version. */
const tagOf = ({ id, email, name, role }: User): string => contentTag([id, email, name, role])

const shownHeaders = (scope: TenantScope, user: User): AnswerHeaders => ({ ...scopeHeaders(scope), ETag: tagOf(user) })

/** Refuses, within the change's own transaction, where the caller has seen another version of the user. */
function requireUnchanged(c: Ctx): (user: User) => void {
  const accepted = acceptedTags(c)
  return (user) => {
    if (accepted === null || accepted(tagOf(user))) return
    throw new AppError('precondition-failed', {
      detail: 'The user is no longer as in the version of If-Match. Read it again and decide anew.',
    })
  }
}

const idOf = (c: Ctx): string => c.param('id')

const PAGE_TOKEN = /^(?:[0-9a-f-]{36})?$/
