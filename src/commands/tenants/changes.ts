/** `espalier tenant create|update|suspend|resume|delete|restore`. */
import type { App } from '../../app.ts'
import type { DocumentLimits } from '../../documents/document.ts'
import { formatFinding } from '../../documents/finding.ts'
import { parseDocument } from '../../documents/parse.ts'
import { isJsonObject, type Json, type JsonObject } from '../../kernel/json.ts'
import { StartRefused } from '../../kernel/start-refused.ts'
import { bulkResource, MAX_BULK } from '../../tenants/changes/bulk.ts'
import type { TenantChanges } from '../../tenants/changes/change.ts'
import { requireTenantId } from '../../tenants/changes/request.ts'
import { tenantResource } from '../../tenants/views/resource.ts'
import { bulkText, createdText, existsText, tenantText } from '../../tenants/views/text.ts'
import { readInput } from '../line/input-file.ts'
import { print } from '../line/output.ts'
import { originHere, withApp, withNewApp } from '../line/with-app.ts'
import { WrongUsage } from '../line/wrong-usage.ts'

type Settings = { name?: string; domain?: string; plan?: string; label?: Record<string, string>; json?: boolean }

export type CreateOptions = Settings & { ownerEmail?: string; issueKey?: boolean; file?: string }

export function createTenant(id: string | undefined, options: CreateOptions): Promise<void> {
  if (id !== undefined && options.file === undefined) return createOne(id, options)
  if (id === undefined && options.file !== undefined) return createAll(options.file, options)
  throw new WrongUsage('Give either the id of a tenant or --file with a list of tenants.')
}

const createOne = (id: string, options: CreateOptions): Promise<void> =>
  withNewApp(async (app) => {
    const { ownerEmail, issueKey } = options
    const body = {
      tenant_id: id,
      ...settingsOf(options),
      ...(ownerEmail === undefined ? {} : { owner_email: ownerEmail }),
      ...(issueKey === undefined ? {} : { issue_key: issueKey }),
    }
    const { creator, requests, reports } = app.tenants
    const origin = originHere(app)
    const outcome = (await creator.create([requests.creation(body, origin)], origin))[0]!
    // Scripts may run this again and again: that there is one already is what was wanted, unless it was deleted.
    if (outcome.kind === 'refused' || (outcome.kind === 'exists' && outcome.tenant.deletedAt)) throw outcome.error
    const view = await reports.view(outcome.tenant)
    if (outcome.kind === 'exists') return print(options, tenantResource(view), () => existsText(view))
    const { apiKey } = outcome
    const resource = { ...tenantResource(view), ...(apiKey === undefined ? {} : { api_key: apiKey }) }
    print(options, resource, () => createdText(view, { via: 'repository', apiKey }))
  })

const createAll = (file: string, options: CreateOptions): Promise<void> =>
  withNewApp(async (app) => {
    const outcomes = await app.tenants.bulk.create(readList(file), originHere(app))
    const resource = bulkResource(outcomes)
    print(options, resource, () => bulkText(resource))
    if (resource.failed > 0) process.exitCode = REFUSED_EXIT
  })

const REFUSED_EXIT = 1

export const updateTenant = (id: string, options: Settings & { file?: string }): Promise<void> =>
  withApp(async (app) => {
    const tenant = requireTenantId(id)
    const patch = { ...(options.file === undefined ? {} : readPatch(options.file)), ...settingsOf(options) }
    if (Object.keys(patch).length === 0) throw new WrongUsage('Say what to change: --file, or an option of its own.')
    const { changes, requests, reports } = app.tenants
    const terms = { accepts: null, origin: originHere(app) }
    const changed = await changes.profile(tenant, (profile) => requests.patched(profile, patch), terms)
    const view = await reports.view(changed)
    print(options, tenantResource(view), () => tenantText(view))
  })

const changing =
  (pick: (changes: TenantChanges) => TenantChanges['suspend']) =>
  (id: string, options: { json?: boolean }): Promise<void> =>
    withApp(async (app: App) => {
      const change = pick(app.tenants.changes)
      const view = await app.tenants.reports.view(
        await change(requireTenantId(id), { accepts: null, origin: originHere(app) }),
      )
      print(options, tenantResource(view), () => tenantText(view))
    })

export const suspendTenant = changing(({ suspend }) => suspend)
export const resumeTenant = changing(({ resume }) => resume)
export const deleteTenant = changing(({ remove }) => remove)
export const restoreTenant = changing(({ restore }) => restore)

const settingsOf = ({ name, domain, plan, label }: Settings): JsonObject => ({
  ...(name === undefined ? {} : { name }),
  ...(domain === undefined ? {} : { domain }),
  ...(plan === undefined ? {} : { plan }),
  ...(label === undefined ? {} : { labels: label }),
})

/** Room for `MAX_BULK` tenants with all their settings. */
const LIST_LIMITS: DocumentLimits = { maxBytes: 16 * 1024 * 1024, maxDepth: 64, maxNodes: 1_000_000 }

function readValue(file: string): Json {
  const parsed = parseDocument(file, readInput(file), LIST_LIMITS)
  if (parsed.kind === 'document') return parsed.document.value
  throw new StartRefused(parsed.findings.map((finding) => formatFinding(file, finding)).join('\n'))
}

/** A list of tenants, or the body of `POST /admin/tenants:bulk`. */
function readList(file: string): JsonObject[] {
  const value = readValue(file)
  const list = isJsonObject(value) ? value.tenants : value
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_BULK || !list.every(isJsonObject)) {
    throw new StartRefused(`${file} must hold a list of 1 to ${MAX_BULK} maps, each with a tenant_id.`)
  }
  return list
}

function readPatch(file: string): JsonObject {
  const value = readValue(file)
  if (isJsonObject(value)) return value
  throw new StartRefused(`${file} must hold a map of what to change.`)
}
