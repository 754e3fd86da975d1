/** `espalier user add|list|change|remove`. */

import type { TenantRole } from '../../access/actor.ts'
import { userResource } from '../../users/resource.ts'
import { parseEmail, type User } from '../../users/user.ts'
import { requireTenant } from '../line/named-tenant.ts'
import { print } from '../line/output.ts'
import { originHere, withApp } from '../line/with-app.ts'
import { WrongUsage } from '../line/wrong-usage.ts'

type Options = { json?: boolean }

export const addUser = (
  id: string,
  email: string,
  { name = email, role, ...options }: Options & { name?: string; role?: TenantRole },
): Promise<void> =>
  withApp(async (app) => {
    const { id: tenant } = await requireTenant(app, id)
    const user = await app.users.add(tenant, { email, name, ...(role ? { role } : {}) }, originHere(app))
    print(options, userResource(user), () => `Added ${user.email} to ${tenant} as ${user.role} (${user.id}).\n`)
  })

const PAGE_SIZE = 500

export const listUsers = (id: string, options: Options): Promise<void> =>
  withApp(async (app) => {
    const { id: tenant } = await requireTenant(app, id)
    const all: User[] = []
    let page: User[]
    do {
      page = await app.users.list(tenant, { after: all.at(-1)?.id ?? '', limit: PAGE_SIZE })
      all.push(...page)
    } while (page.length === PAGE_SIZE)
    print(options, all.map(userResource), () => all.map(line).join('') || `${tenant} has no users yet.\n`)
  })

export const changeUser = (
  id: string,
  email: string,
  { name, role, ...options }: Options & { name?: string; role?: TenantRole },
): Promise<void> =>
  withApp(async (app) => {
    if (name === undefined && role === undefined) throw new WrongUsage('Say what to change: --role, --name or both.')
    const { id: tenant } = await requireTenant(app, id)
    const { id: userId } = await app.users.findByEmail(tenant, parseEmail(email))
    const change = { ...(name === undefined ? {} : { name }), ...(role === undefined ? {} : { role }) }
    const user = await app.users.change(tenant, userId, change, originHere(app))
    print(options, userResource(user), () => `${user.email} (${user.name}) is ${user.role} of ${tenant}.\n`)
  })

export const removeUser = (id: string, email: string, options: Options): Promise<void> =>
  withApp(async (app) => {
    const { id: tenant } = await requireTenant(app, id)
    const user = await app.users.findByEmail(tenant, parseEmail(email))
    await app.users.remove(tenant, user.id, originHere(app))
    print(options, userResource(user), () => `Removed ${user.email} from ${tenant}.\n`)
  })

const line = ({ id, email, role, name }: User): string => `${id}  ${role.padEnd(7)}  ${email}  ${name}\n`
