/** `espalier tenant list|show|usage`, and what all commands on tenants share. */
import type { App } from '../app.ts'
import type { TenantId } from '../kernel/ids.ts'
import { readFilter } from '../tenants/filter.ts'
import type { TenantView } from '../tenants/report.ts'
import { requireTenantId } from '../tenants/request.ts'
import { tenantResource, usageResource } from '../tenants/resource.ts'
import type { Tenant } from '../tenants/tenant.ts'
import { listText, tenantText, usageText } from '../tenants/text.ts'
import { originHere, withApp } from './with-app.ts'

type Options = { json?: boolean }

export const showTenant = (id: string, options: Options): Promise<void> =>
  withApp(async (app) => {
    const view = await app.tenants.reports.view(await requireTenant(app, id))
    print(options, tenantResource(view), () => tenantText(view))
  })

export const tenantUsage = (id: string, options: Options): Promise<void> =>
  withApp(async (app) => {
    const usage = await app.tenants.reports.usage(await requireTenant(app, id))
    print(options, usageResource(usage), () => usageText(usage))
  })

const PAGE_SIZE = 500

type ListOptions = Options & { label?: string[]; plan?: string; status?: string; state?: string }

export const listTenants = ({ label = [], plan, status, state, ...options }: ListOptions): Promise<void> =>
  withApp(async ({ tenants: { list } }) => {
    const filter = readFilter({ label, plan, status, state })
    const views: TenantView[] = []
    let page: TenantView[]
    do {
      page = await list.page({ filter, after: views.at(-1)?.tenant.id ?? '', limit: PAGE_SIZE })
      views.push(...page)
    } while (page.length === PAGE_SIZE)
    print(options, { items: views.map(tenantResource) }, () => listText(views, { filter, next: undefined }))
  })

/** Adopts the branch where it has no row yet. @throws AppError `tenant-invalid-id`, `tenant-not-found` */
export async function requireTenant(app: App, text: string): Promise<Tenant> {
  const { registry } = app.tenants
  const id = requireId(text)
  return (await registry.find(id)) ?? registry.adoptBranch(id, originHere(app))
}

/** @throws AppError `tenant-invalid-id` */
export const requireId = (text: string): TenantId => requireTenantId(text)

export function print({ json }: Options, resource: object, text: () => string): void {
  process.stdout.write(json ? `${JSON.stringify(resource, null, 2)}\n` : text())
}
