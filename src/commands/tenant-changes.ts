/** `espalier tenant create|update|suspend|resume|delete|restore`. */
import { readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import type { App } from '../app.ts'
import type { DocumentLimits } from '../documents/document.ts'
import { formatFinding } from '../documents/finding.ts'
import { parseDocument } from '../documents/parse.ts'
import { isJsonObject, type Json, type JsonObject } from '../kernel/json.ts'
import { StartRefused } from '../kernel/start-refused.ts'
import { bulkResource, MAX_BULK } from '../tenants/bulk.ts'
import type { TenantChanges } from '../tenants/change.ts'
import { tenantResource } from '../tenants/resource.ts'
import { bulkText, createdText, existsText, tenantText } from '../tenants/text.ts'
import { print, requireId } from './tenant.ts'
import { originHere, withApp } from './with-app.ts'

type Settings = { name?: string; domain?: string; plan?: string; label?: string[]; json?: boolean }

export type CreateOptions = Settings & { ownerEmail?: string; issueKey?: boolean; file?: string }

export function createTenant(id: string | undefined, options: CreateOptions): Promise<void> {
  if (id !== undefined && options.file === undefined) return createOne(id, options)
  if (id === undefined && options.file !== undefined) return createAll(options.file, options)
  throw usage('Give either the id of a tenant or --file with a list of tenants.')
}

const createOne = (id: string, options: CreateOptions): Promise<void> =>
  withApp(async (app) => {
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
  withApp(async (app) => {
    const outcomes = await app.tenants.bulk.create(readList(file), originHere(app))
    const resource = bulkResource(outcomes)
    print(options, resource, () => bulkText(resource))
    if (resource.failed > 0) process.exitCode = REFUSED_EXIT
  })

const REFUSED_EXIT = 1
const USAGE_EXIT = 2

/** The command line is wrong in a way that commander cannot tell. It has been said when this is thrown. */
function usage(message: string): CommanderError {
  process.stderr.write(`espalier: ${message}\n`)
  return new CommanderError(USAGE_EXIT, 'usage', message)
}

export const updateTenant = (id: string, options: Settings & { file?: string }): Promise<void> =>
  withApp(async (app) => {
    const tenant = requireId(id)
    const patch = { ...(options.file === undefined ? {} : readPatch(options.file)), ...settingsOf(options) }
    if (Object.keys(patch).length === 0) throw usage('Say what to change: --file, or an option of its own.')
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
        await change(requireId(id), { accepts: null, origin: originHere(app) }),
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
  ...(label === undefined ? {} : { labels: Object.fromEntries(label.map(labelOf)) }),
})

function labelOf(text: string): [string, string] {
  const colon = text.indexOf(':')
  if (colon > 0) return [text.slice(0, colon), text.slice(colon + 1)]
  throw new StartRefused(`--label ${text} must be a key, a colon and a value, such as --label region:eu.`)
}

/** Room for `MAX_BULK` tenants with all their settings. */
const LIST_LIMITS: DocumentLimits = { maxBytes: 16 * 1024 * 1024, maxDepth: 64, maxNodes: 1_000_000 }

function readValue(file: string): Json {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (cause) {
    throw new StartRefused(`${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
  const parsed = parseDocument(file, bytes, LIST_LIMITS)
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
