/** The first request of each tenant, which builds its snapshot: a few at a time, before anything is measured. */
import { recordAnswer } from './exchange.ts'

const AT_ONCE = 8

/** @throws Error where a tenant is not served */
export async function wakeTenants(origin: string, tenants: readonly string[]): Promise<void> {
  const waiting = tenants.values()
  const wake = async (): Promise<void> => {
    for (const tenant of waiting) {
      await recordAnswer(origin, { method: 'GET', path: '/api/v1/config', headers: { 'X-Tenant-ID': tenant } }, 200)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, wake))
}
