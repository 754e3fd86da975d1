/** `espalier file list|get|put|patch|delete` and `espalier rollback`: a tenant's files, with or without a running server. */
import type { App } from '../app.ts'
import type { PatchOperation } from '../edits/json-patch.ts'
import type { Patch } from '../files/patch-file.ts'
import { commitResource, commitText, type WrittenCommit } from '../files/resource.ts'
import type { TreeFile } from '../files/tree-files.ts'
import { type Condition, type FileWrite, requirePath } from '../files/write-files.ts'
import { AppError } from '../kernel/errors.ts'
import { parseOid, type TenantId } from '../kernel/ids.ts'
import { isJsonObject, type Json } from '../kernel/json.ts'
import { readInput } from './line/input-file.ts'
import { requireTenant } from './line/named-tenant.ts'
import { print } from './line/output.ts'
import { originHere, withApp } from './line/with-app.ts'
import { WrongUsage } from './line/wrong-usage.ts'

type Options = { json?: boolean }
type WriteOptions = Options & { ifMatch?: string; new?: boolean; message?: string; dryRun?: boolean }

const PAGE_SIZE = 500
const MAX_READ_BYTES = 64 * 1024 * 1024

export const listFiles = (id: string, prefix: string | undefined, options: Options): Promise<void> =>
  withApp(async (app) => {
    const { id: tenant } = await requireTenant(app, id)
    const head = app.files.headOf(tenant)
    const all: TreeFile[] = []
    let page: TreeFile[]
    do {
      page = await app.files.tree.list(head, { prefix: prefix ?? '', after: all.at(-1)?.path, limit: PAGE_SIZE })
      all.push(...page)
    } while (page.length === PAGE_SIZE)
    print(options, { items: all }, () => all.map(({ oid, path }) => `${oid}  ${path}\n`).join(''))
  })

export const getFile = (id: string, path: string, { json }: Options): Promise<void> =>
  withApp(async (app) => {
    requirePath(path)
    const { id: tenant } = await requireTenant(app, id)
    const file = await app.files.tree.find(app.files.headOf(tenant), path)
    const blob = file && (await app.files.tree.read(file, MAX_READ_BYTES))
    if (blob?.kind !== 'bytes') {
      throw new AppError('file-not-found', { detail: `There is no file ${path} on the branch of ${tenant}.` })
    }
    if (json) print({ json }, { ...file, content: Buffer.from(blob.bytes).toString('utf8') }, () => '')
    else process.stdout.write(blob.bytes)
  })

export const putFile = (id: string, path: string, source: string | undefined, options: WriteOptions): Promise<void> =>
  write(id, options, { path, condition: conditionOf(options), kind: 'content', content: readInput(source) })

export const patchFile = (
  id: string,
  path: string,
  source: string | undefined,
  { patch, ...options }: WriteOptions & { patch?: string },
): Promise<void> =>
  write(id, options, {
    path,
    condition: conditionOf(options) ?? '*',
    kind: 'patch',
    patch: patchOf(patch ?? readInput(source).toString()),
  })

export const deleteFile = (id: string, path: string, options: WriteOptions): Promise<void> =>
  write(id, options, { path, condition: conditionOf(options) ?? '*', kind: 'delete' })

type RollbackOptions = Options & { to?: string; revert?: string; message?: string; dryRun?: boolean }

export const rollBack = (id: string, { to, revert, message, dryRun, ...options }: RollbackOptions): Promise<void> =>
  withApp(async (app) => {
    if ((to === undefined) === (revert === undefined)) {
      throw new WrongUsage('Say either --to or --revert, with a commit of the branch.')
    }
    const { id: tenant } = await requireTenant(app, id)
    const result = await app.files.rollbacks.run({
      tenant,
      goal: to === undefined ? { kind: 'revert', commit: revert ?? '' } : { kind: 'to', revision: to },
      message,
      isDryRun: dryRun === true,
      origin: originHere(app),
    })
    show(options, result)
  })

const write = (id: string, { message, dryRun, ...options }: WriteOptions, wanted: FileWrite): Promise<void> =>
  withApp(async (app: App) => {
    const tenant: TenantId = (await requireTenant(app, id)).id
    const result = await app.files.writer.write({
      tenant,
      writes: [wanted],
      message,
      isDryRun: dryRun === true,
      origin: originHere(app),
    })
    show(options, result)
  })

function show(options: Options, result: WrittenCommit): void {
  const resource = commitResource(result)
  print(options, resource, () => commitText(resource))
}

/** @throws WrongUsage */
function conditionOf({ ifMatch, new: isNew }: WriteOptions): Condition | undefined {
  if (isNew && ifMatch === undefined) return 'absent'
  if (ifMatch === undefined || ifMatch === '*') return ifMatch
  const oid = parseOid(ifMatch.replaceAll('"', ''))
  if (oid && !isNew) return oid
  throw new WrongUsage(
    'Say --if-match with * or an id that `file list` shows, or --new for a file that is not there; not both.',
  )
}

/** A list is a JSON Patch, anything else a merge patch. @throws AppError `body-malformed` */
function patchOf(text: string): Patch {
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch (error) {
    throw new AppError('body-malformed', {
      detail: `The patch is not JSON: ${error instanceof Error ? error.message : String(error)}.`,
    })
  }
  if (!Array.isArray(value)) return { kind: 'merge', patch: value }
  const isWhole = value.every((each) => isJsonObject(each) && typeof each.op === 'string')
  if (isWhole) return { kind: 'operations', operations: value as unknown as PatchOperation[] }
  throw new AppError('body-malformed', { detail: 'A list is a JSON Patch (RFC 6902): operations with op and path.' })
}
