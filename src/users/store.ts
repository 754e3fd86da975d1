/** The port to the rows of users. Every method takes the tenant first and sees no other. */
import type { Origin, TenantRole } from '../access/actor.ts'
import type { TenantId } from '../kernel/ids.ts'
import type { Email, User } from './user.ts'

export type NewUser = Omit<User, 'tenant' | 'lastActive'>

export type UserChange = { role?: TenantRole; name?: string }

export type UserStore = {
  /**
   * @param limits.users how many users the tenant may have; null = any number
   * @throws AppError `user-exists` where the tenant has the address; `tenant-limit-reached`
   */
  add(tenant: TenantId, user: NewUser, limits: { users: number | null }, origin: Origin): Promise<User>
  find(tenant: TenantId, id: string): Promise<User | undefined>
  findByEmail(tenant: TenantId, email: Email): Promise<User | undefined>
  /** In the order of their ids, which is the order in which they joined; those that come after `after`. */
  list(tenant: TenantId, page: { after: string; limit: number }): Promise<User[]>
  /**
   * @param check looks at the user as it is when the change is made, and throws to refuse
   * @returns the changed user; undefined = there is none
   * @throws AppError `user-last-owner`
   */
  change(
    tenant: TenantId,
    id: string,
    change: UserChange,
    check: (user: User) => void,
    origin: Origin,
  ): Promise<User | undefined>
  /**
   * @param check as for `change`
   * @returns whether there was one
   * @throws AppError `user-last-owner`
   */
  remove(tenant: TenantId, id: string, check: (user: User) => void, origin: Origin): Promise<boolean>
  /** Notes when users were last seen; unknown ids are passed over. */
  seen(sightings: readonly Sighting[]): Promise<void>
}

/** `at` in milliseconds since 1970-01-01T00:00Z. */
export type Sighting = { tenant: TenantId; id: string; at: number }

/** Across tenants: for operators alone. */
export type PeopleStore = {
  /** By tenant. */
  membershipsOf(email: Email): Promise<User[]>
  /** The number of users by tenant; a tenant without users is left out. */
  counts(): Promise<{ tenant: TenantId; users: number }[]>
}
