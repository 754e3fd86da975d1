/** `espalier rollout hold|release`: keeping a tenant out of rollouts, and letting it take part again. */

import { print } from '../line/output.ts'
import { withProduct } from '../line/product.ts'

type Options = { json?: boolean }
type Hold = { reason: string; until: string | null }

const pathOf = (tenant: string): string => `/admin/tenants/${encodeURIComponent(tenant)}/hold`

export const holdTenant = (
  tenant: string,
  { reason, until, ...options }: Options & { reason: string; until?: number },
): Promise<void> =>
  withProduct(async (product) => {
    const body = { reason, ...(until === undefined ? {} : { until: new Date(until).toISOString() }) }
    const hold = await product.ask<Hold>('PUT', pathOf(tenant), body)
    const end =
      hold.until === null ? `until you release it:\n  espalier rollout release ${tenant}` : `until ${hold.until}`
    print(options, hold, () => `${tenant} takes part in no rollout ${end}\n`)
  })

export const releaseTenant = (tenant: string, options: Options): Promise<void> =>
  withProduct(async (product) => {
    await product.ask('DELETE', pathOf(tenant))
    print(options, { tenant, held: false }, () => `${tenant} takes part in rollouts again\n`)
  })
