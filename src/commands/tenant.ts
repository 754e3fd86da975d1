/** `espalier tenant create|list|show|usage`. */
import type { App } from '../app.ts'
import { AppError } from '../kernel/errors.ts'
import { parseTenantId, TENANT_ID_FORM, type TenantId } from '../kernel/ids.ts'
import type { TenantView } from '../tenants/report.ts'
import { tenantResource, usageResource } from '../tenants/resource.ts'
import type { Tenant } from '../tenants/tenant.ts'
import { createdText, listText, usageText } from '../tenants/text.ts'
import { withApp } from './with-app.ts'

type Options = { json?: boolean }

export const createTenant = (id: string, options: Options): Promise<void> =>
  withApp(async ({ registry, reports }) => {
    const { tenant, created } = await registry.create(requireId(id))
    const view = await reports.view(tenant)
    print(options, tenantResource(view), () => createdText(view, { created, via: 'repository' }))
  })

export const showTenant = (id: string, options: Options): Promise<void> =>
  withApp(async (app) => {
    const view = await app.reports.view(await requireTenant(app, id))
    print(options, tenantResource(view), () => createdText(view, { created: false, via: 'repository' }))
  })

export const tenantUsage = (id: string, options: Options): Promise<void> =>
  withApp(async (app) => {
    const usage = await app.reports.usage(await requireTenant(app, id))
    print(options, usageResource(usage), () => usageText(usage))
  })

const PAGE_SIZE = 500

export const listTenants = (options: Options): Promise<void> =>
  withApp(async ({ registry, reports }) => {
    const views: TenantView[] = []
    let page: Tenant[]
    do {
      page = await registry.list({ after: views.at(-1)?.tenant.id ?? '', limit: PAGE_SIZE })
      for (const tenant of page) views.push(await reports.view(tenant))
    } while (page.length === PAGE_SIZE)
    print(options, { items: views.map(tenantResource) }, () => listText(views))
  })

async function requireTenant({ registry }: App, text: string): Promise<Tenant> {
  const id = requireId(text)
  return (await registry.find(id)) ?? registry.adoptBranch(id)
}

export function requireId(text: string): TenantId {
  const id = parseTenantId(text)
  if (id) return id
  throw new AppError('tenant-invalid-id', { detail: `"${text}" is no tenant id: ${TENANT_ID_FORM}.` })
}

function print({ json }: Options, resource: object, text: () => string): void {
  process.stdout.write(json ? `${JSON.stringify(resource, null, 2)}\n` : text())
}
