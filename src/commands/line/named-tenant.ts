/** The tenant that a command line names. */
import type { App } from '../../app.ts'
import { requireTenantId } from '../../tenants/changes/request.ts'
import type { Tenant } from '../../tenants/tenant.ts'
import { originHere } from './with-app.ts'

/** Adopts its branch where it has no row yet. @throws AppError `tenant-invalid-id`, `tenant-not-found` */
export async function requireTenant(app: App, text: string): Promise<Tenant> {
  const { registry } = app.tenants
  const id = requireTenantId(text)
  return (await registry.find(id)) ?? registry.adoptBranch(id, originHere(app))
}
