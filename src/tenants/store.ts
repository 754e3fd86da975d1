/** The port to the rows of tenants. */
import type { TenantId } from '../kernel/ids.ts'
import type { Tenant } from './tenant.ts'

export type TenantStore = {
  find(tenant: TenantId): Promise<Tenant | undefined>
  /** Sorted by id, those that come after `after`. */
  list(page: { after: string; limit: number }): Promise<Tenant[]>
  /** @throws AppError `tenant-name-taken` where another tenant has its schema name */
  requireFree(tenant: TenantId): Promise<void>
  /**
   * Adds a row; an existing one of the same id stays as it is.
   * @returns the row that now stands
   * @throws AppError `tenant-name-taken` where another tenant has its schema name
   */
  add(tenant: Tenant): Promise<Tenant>
}
