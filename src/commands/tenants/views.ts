/** `espalier tenant list|show|usage`. */
import { readFilter } from '../../tenants/filter.ts'
import type { TenantView } from '../../tenants/views/report.ts'
import { tenantResource, usageResource } from '../../tenants/views/resource.ts'
import { listText, tenantText, usageText } from '../../tenants/views/text.ts'
import { requireTenant } from '../line/named-tenant.ts'
import { print } from '../line/output.ts'
import { withApp } from '../line/with-app.ts'

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

type ListOptions = Options & { label?: Record<string, string>; plan?: string; status?: string; state?: string }

export const listTenants = ({ label = {}, plan, status, state, ...options }: ListOptions): Promise<void> =>
  withApp(async ({ tenants: { list } }) => {
    const filter = { ...readFilter({ label: [], plan, status, state }), labels: label }
    const views: TenantView[] = []
    let page: TenantView[]
    do {
      page = await list.page({ filter, after: views.at(-1)?.tenant.id ?? '', limit: PAGE_SIZE })
      views.push(...page)
    } while (page.length === PAGE_SIZE)
    print(options, { items: views.map(tenantResource) }, () => listText(views, { filter, next: undefined }))
  })
