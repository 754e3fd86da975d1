/** The tenant that a path below `/admin/tenants/{id}` names. */
import type { Origin } from '../../access/actor.ts'
import { AppError } from '../../kernel/errors.ts'
import { parseTenantId, TENANT_ID_FORM } from '../../kernel/ids.ts'
import type { TenantRegistry } from '../../tenants/registry.ts'
import type { Tenant } from '../../tenants/tenant.ts'
import type { Ctx } from '../exchange.ts'

/** A branch that was made by hand gets its row. @throws AppError `tenant-invalid-id`, `tenant-not-found` */
export async function requireTenantParameter(
  c: Ctx,
  { registry, origin }: { registry: Pick<TenantRegistry, 'find' | 'adoptBranch'>; origin: Origin },
): Promise<Tenant> {
  const text = c.param('id')
  const id = parseTenantId(text)
  if (!id) throw new AppError('tenant-invalid-id', { detail: `"${text}" is no tenant id: ${TENANT_ID_FORM}.` })
  return (await registry.find(id)) ?? registry.adoptBranch(id, origin)
}
