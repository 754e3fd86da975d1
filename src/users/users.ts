/**
 * Users of tenants: who may join whom, as what.
 * Invariants: nobody gives a role above their own, nor changes or removes a user above them; a tenant that has an owner
 * keeps one; a removed user's id is never given again.
 */
import type { Actor, Origin, TenantRole } from '../access/actor.ts'
import { mayGrant } from '../access/rights.ts'
import type { Clock } from '../kernel/clock.ts'
import { AppError } from '../kernel/errors.ts'
import type { TenantId } from '../kernel/ids.ts'
import type { UserChange, UserStore } from './store.ts'
import { type Email, parseEmail, type User } from './user.ts'

export type Users = {
  /** @throws AppError `body-invalid` for the address; `access-denied`, `user-exists`, `tenant-limit-reached` */
  add(tenant: TenantId, user: { email: string; name: string; role?: TenantRole }, origin: Origin): Promise<User>
  /** @throws AppError `user-not-found` */
  find(tenant: TenantId, id: string): Promise<User>
  /** @throws AppError `user-not-found` */
  findByEmail(tenant: TenantId, email: Email): Promise<User>
  list: UserStore['list']
  /**
   * @param check looks at the user as it is when the change is made, and throws to refuse
   * @throws AppError `user-not-found`, `access-denied`, `user-last-owner`
   */
  change(tenant: TenantId, id: string, change: UserChange, origin: Origin, check?: Check): Promise<User>
  /** @param check as for `change` @throws AppError `user-not-found`, `access-denied`, `user-last-owner` */
  remove(tenant: TenantId, id: string, origin: Origin, check?: Check): Promise<void>
}

type Check = (user: User) => void

/** What a user is where nothing is said. */
export const DEFAULT_ROLE: TenantRole = 'member'

export function createUsers({
  store,
  limitOf,
  clock,
  newId,
}: {
  store: UserStore
  /** How many users the tenant may have; null = any number. */
  limitOf(tenant: TenantId): number | null | Promise<number | null>
  clock: Pick<Clock, 'now'>
  newId: () => string
}): Users {
  return {
    async add(tenant, { email, name, role = DEFAULT_ROLE }, origin) {
      requireRank(origin.actor, role)
      const user = { id: newId(), email: parseEmail(email), name: name.trim(), role, joinedAt: new Date(clock.now()) }
      return store.add(tenant, user, { users: await limitOf(tenant) }, origin)
    },

    async find(tenant, id) {
      return (await store.find(tenant, id)) ?? notFound()
    },

    async findByEmail(tenant, email) {
      return (await store.findByEmail(tenant, email)) ?? notFound()
    },

    list: store.list,

    async change(tenant, id, change, origin, check) {
      if (change.role) requireRank(origin.actor, change.role)
      return (await store.change(tenant, id, change, mayTouch(origin.actor, check), origin)) ?? notFound()
    },

    async remove(tenant, id, origin, check) {
      if (!(await store.remove(tenant, id, mayTouch(origin.actor, check), origin))) notFound()
    },
  }
}

const mayTouch =
  (actor: Actor, check: Check = () => {}): Check =>
  (user) => {
    requireRank(actor, user.role)
    check(user)
  }

function requireRank(actor: Actor, role: TenantRole): void {
  if (mayGrant(actor, { role, scopes: [] })) return
  throw new AppError('access-denied', { detail: `The role "${role}" is above the caller's own.` })
}

/** The same for an id of another tenant and for one that never was. */
function notFound(): never {
  throw new AppError('user-not-found', { detail: 'This tenant has no such user.' })
}
