/** `espalier keys create|list|rotate|revoke|import`, with or without a running server. */
import type { Role, Scope } from '../../access/actor.ts'
import { graceOf, grantOf } from '../../access/keys/grant-body.ts'
import { type ImportedKey, importKeys } from '../../access/keys/import.ts'
import { readKeyFile } from '../../access/keys/import-file.ts'
import type { ApiKey, Issued } from '../../access/keys/key.ts'
import { keyResource } from '../../access/keys/resource.ts'
import type { KeyOwner } from '../../access/keys/store.ts'
import { type Listed, listText } from '../../access/keys/text.ts'
import type { App } from '../../app.ts'
import { AppError } from '../../kernel/errors.ts'
import { readInput } from '../line/input-file.ts'
import { requireTenant } from '../line/named-tenant.ts'
import { print } from '../line/output.ts'
import { originHere, withApp } from '../line/with-app.ts'
import { WrongUsage } from '../line/wrong-usage.ts'

type Output = { json?: boolean }
type Owned = { tenant?: string }

export type CreateOptions = Output &
  Owned & { role?: Role; scope?: Scope[]; name?: string; expires?: number; rateLimit?: string; user?: string }

export const createKey = (options: CreateOptions): Promise<void> =>
  withApp(async (app) => {
    const owner = await ownerOf(app, options)
    if (owner === null && options.role !== undefined) {
      throw new WrongUsage("A key without --tenant is an operator's; it has no --role.")
    }
    if (owner !== null && options.role === undefined) throw new WrongUsage('Say what the key may do: --role.')
    const { name = 'made on the command line', role, scope, expires, rateLimit, user } = options
    const grant = grantOf(
      owner,
      {
        name,
        ...(role ? { role } : {}),
        ...(scope ? { scopes: scope } : {}),
        ...(expires ? { expires_at: new Date(expires).toISOString() } : {}),
        ...(rateLimit ? { rate_limit: rateLimit } : {}),
        ...(user ? { user_id: user } : {}),
      },
      Date.now(),
    )
    printIssued(await app.keys.create(grant, originHere(app)), options)
  })

const PAGE_SIZE = 500

export const listKeys = (options: Output & Owned): Promise<void> =>
  withApp(async (app) => {
    const owner = await ownerOf(app, options)
    const all: ApiKey[] = []
    let page: ApiKey[]
    do {
      page = await app.keys.list(owner, { after: all.at(-1)?.id ?? '', limit: PAGE_SIZE })
      all.push(...page)
    } while (page.length === PAGE_SIZE)
    printListed(
      options,
      all.map((key) => ({ key })),
    )
  })

export const rotateKey = (id: string, options: Output & { grace?: number; atOnce?: boolean }): Promise<void> =>
  withApp(async (app) => {
    const { grace, atOnce } = options
    if ((grace === undefined) === (atOnce === undefined)) throw new WrongUsage('Give one of --grace and --at-once.')
    const { tenant } = requireKey(app, id)
    const told = graceOf(grace === undefined ? { at_once: true } : { grace_seconds: grace })
    printIssued(await app.keys.rotate(tenant, id, told, originHere(app)), options)
  })

export const revokeKey = (id: string, options: Output): Promise<void> =>
  withApp(async (app) => {
    const { tenant } = requireKey(app, id)
    const key = await app.keys.revoke(tenant, id, originHere(app))
    print(
      options,
      keyResource(key, Date.now()),
      () => `Key ${id} is revoked. A running server sees it within 2 seconds.\n`,
    )
  })

export const importKeyFile = (path: string, options: Output & { dryRun?: boolean }): Promise<void> =>
  withApp(async (app) => {
    const file = readKeyFile(path, readInput(path))
    for (const name of file.ignored) {
      process.stderr.write(`espalier: "${name}" in ${path} is left alone; only api_keys is read.\n`)
    }
    const { snapshots, keys } = app
    const { registry } = app.tenants
    const origin = originHere(app)
    const imported = await importKeys(
      file,
      { dryRun: options.dryRun === true, origin },
      {
        keys,
        isTenant: async (tenant) =>
          (await registry.find(tenant)) !== undefined ||
          (await snapshots.current(tenant, registry.refOf(tenant))) !== undefined,
        tenants: async () => (await registry.all()).map(({ id }) => id),
        adopt: async (tenant) => {
          if (!(await registry.find(tenant))) await registry.adoptBranch(tenant, origin)
        },
      },
    )
    printListed(options, imported)
    if (options.dryRun) process.stderr.write('espalier: nothing was written (--dry-run).\n')
  })

const ownerOf = async (app: App, { tenant }: Owned): Promise<KeyOwner> =>
  tenant === undefined ? null : (await requireTenant(app, tenant)).id

function requireKey({ keys }: App, id: string): ApiKey {
  const key = keys.find(id)
  if (key) return key
  throw new AppError('key-not-found', { detail: `There is no key "${id}". \`espalier keys list\` shows them.` })
}

/** The key alone goes to standard output, so that `key=$(espalier keys create ...)` works. */
function printIssued({ key, text }: Issued, output: Output): void {
  print(output, { ...keyResource(key, Date.now()), key: text }, () => `${text}\n`)
  process.stderr.write(`espalier: key ${key.id}, ${key.role}. It is not stored and cannot be shown again.\n`)
}

function printListed(output: Output, listed: readonly (Listed | ImportedKey)[]): void {
  const nowMs = Date.now()
  const items = listed.map(({ key, ...rest }) => ({ ...keyResource(key, nowMs), ...rest }))
  print(output, { items }, () => listText(listed, nowMs))
}
