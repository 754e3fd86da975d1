/** Users as the API shows them. Pure. */
import { permissionsOf, type User } from './user.ts'

/** Within one tenant. */
export const userResource = (user: User) => ({
  id: user.id,
  tenant_id: user.tenant,
  email: user.email,
  name: user.name,
  created_at: user.joinedAt.toISOString(),
  membership: membershipOf(user),
})

/** One person across tenants, for operators. */
export const personResource = (memberships: readonly [User, ...User[]]) => ({
  email: memberships[0].email,
  memberships: memberships.map((user) => ({
    tenant_id: user.tenant,
    user_id: user.id,
    name: user.name,
    ...membershipOf(user),
  })),
})

const membershipOf = (user: User) => ({
  role: user.role,
  permissions: permissionsOf(user),
  joinedAt: user.joinedAt.toISOString(),
  lastActive: user.lastActive?.toISOString() ?? null,
})
