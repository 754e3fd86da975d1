/** The first request of each tenant, which builds its snapshot: a few at a time, before anything is measured. */
import { type Request, recordAnswer } from './exchange.ts'

const AT_ONCE = 8

const wholeConfig = (tenant: string): Request => ({
  method: 'GET',
  path: '/api/v1/config',
  headers: { 'X-Tenant-ID': tenant },
})

/** @throws Error where a tenant is not served */
export async function wakeTenants(
  origin: string,
  tenants: readonly string[],
  requestOf: (tenant: string) => Request = wholeConfig,
): Promise<void> {
  const waiting = tenants.values()
  const wake = async (): Promise<void> => {
    for (const tenant of waiting) {
      await recordAnswer(origin, requestOf(tenant), 200)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, wake))
}
