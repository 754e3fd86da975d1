/**
 * API keys, at three places that do the same: a tenant's own (`/api/v1/keys`), a tenant's for operators
 * (`/admin/tenants/{id}/keys`) and the operators' (`/admin/keys`).
 */
import type { Origin } from '../../access/actor.ts'
import { type GrantBody, graceOf, grantOf } from '../../access/keys/grant-body.ts'
import type { Issued } from '../../access/keys/key.ts'
import type { Keys } from '../../access/keys/keys.ts'
import { keyResource, OPERATOR_KEY_BODY, ROTATE_BODY, TENANT_KEY_BODY } from '../../access/keys/resource.ts'
import type { KeyOwner } from '../../access/keys/store.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { TenantRegistry } from '../../tenants/registry.ts'
import { type BodyReader, jsonBody } from '../body.ts'
import { type AnswerHeaders, answerJson, type Ctx, NO_STORE, type Reply } from '../exchange.ts'
import { pageOf } from '../paging.ts'
import type { Route } from '../route.ts'
import { scopeHeaders } from '../tenant-scope.ts'
import { KEY_OPERATIONS, type KeyOperation } from './key-operations.ts'
import { requireTenantParameter } from './tenant-parameter.ts'

export type KeyRouteDeps = { keys: Keys; registry: TenantRegistry; clock: Pick<Clock, 'now'> }

/** What a handler is told of a request: whose keys, who asks, and what every answer there carries. */
type Asked = { owner: KeyOwner; origin: Origin; headers: AnswerHeaders }
type Handle = (c: Ctx, asked: Asked) => Promise<Reply>

export function keyRoutes(deps: KeyRouteDeps): Route[] {
  const { registry } = deps
  const tenantBody = jsonBody<GrantBody>(TENANT_KEY_BODY)
  const forTenant = handlersOf(deps, tenantBody)
  const forOperators = handlersOf(deps, jsonBody<GrantBody>(OPERATOR_KEY_BODY))

  return KEY_OPERATIONS.flatMap((each): Route[] => {
    const { name, below, method, effect, right } = each
    const retries = each.idempotent ? { idempotent: each.idempotent } : {}
    return [
      {
        access: 'tenant',
        path: `/api/v1/keys${below}`,
        method,
        effect,
        ...retries,
        right,
        operation: each.operation({ place: 'tenant', body: TENANT_KEY_BODY }),
        handle: (c, scope) =>
          forTenant[name](c, { owner: scope.tenant, origin: scope.origin, headers: scopeHeaders(scope) }),
      },
      {
        access: 'operator',
        method,
        effect,
        ...retries,
        right: OPERATOR_RIGHTS[effect],
        path: `/admin/tenants/{id}/keys${below}`,
        operation: each.operation({ place: 'admin-tenant', body: TENANT_KEY_BODY }),
        handle: async (c, origin) => {
          const { id: owner } = await requireTenantParameter(c, { registry, origin })
          return forTenant[name](c, { owner, origin, headers: {} })
        },
      },
      {
        access: 'operator',
        method,
        effect,
        ...retries,
        right: OPERATOR_RIGHTS[effect],
        path: `/admin/keys${below}`,
        operation: each.operation({ place: 'admin', body: OPERATOR_KEY_BODY }),
        handle: (c, origin) => forOperators[name](c, { owner: null, origin, headers: {} }),
      },
    ]
  })
}

const OPERATOR_RIGHTS = { reads: 'tenants:read', acts: 'tenants:write' } as const

function handlersOf({ keys, clock }: KeyRouteDeps, body: BodyReader<GrantBody>): Record<KeyOperation['name'], Handle> {
  const rotateBody = jsonBody<Parameters<typeof graceOf>[0]>(ROTATE_BODY)
  const keyId = (c: Ctx): string => c.param('key')

  /** The only answer that a key is ever in. */
  const shown = (c: Ctx, { key, text }: Issued, headers: AnswerHeaders): Reply => {
    const place = c.path.replace(/\/keys.*/, `/keys/${key.id}`)
    return answerJson(
      c,
      { ...keyResource(key, clock.now()), key: text },
      { status: 201, headers: { ...headers, Location: place, ...NO_STORE } },
    )
  }

  return {
    async create(c, { owner, origin, headers }) {
      const grant = grantOf(owner, await body.read(c), clock.now())
      return shown(c, await keys.create(grant, origin), headers)
    },

    async list(c, { owner, headers }) {
      const { pageSize, pageToken = '' } = pageOf(c)
      const found = await keys.list(owner, { after: pageToken, limit: pageSize + 1 })
      const items = found.slice(0, pageSize).map((key) => keyResource(key, clock.now()))
      const last = found.length > pageSize ? items.at(-1) : undefined
      return answerJson(c, { items, ...(last ? { nextPageToken: last.id } : {}) }, { headers })
    },

    async get(c, { owner, headers }) {
      return answerJson(c, keyResource(await keys.require(owner, keyId(c)), clock.now()), { headers })
    },

    async rotate(c, { owner, origin, headers }) {
      const grace = graceOf(await rotateBody.read(c))
      return shown(c, await keys.rotate(owner, keyId(c), grace, origin), headers)
    },

    async revoke(c, { owner, origin, headers }) {
      const key = await keys.revoke(owner, keyId(c), origin)
      return answerJson(c, keyResource(key, clock.now()), { headers })
    },
  }
}
