/**
 * Whether a merged tree is surely valid, shown from what the trunk changed and from what the tenant has of its own, without
 * looking at the hundred files that neither touched.
 *
 * Given that the tenant's head is valid and the trunk is, the merged tree is not only where the two meet: a name that the
 * trunk brings and the tenant has, or that the trunk takes away and the tenant uses; a name that a changed workflow uses
 * and the tenant took away; workflows that call each other; files whose names collide; a file that was merged.
 * Invariant: `true` is a proof. `false` says nothing: the tree is then checked as a whole, by the code that serves it.
 */
import type { Oid } from '../../../kernel/ids.ts'
import { FOLDERS, type Folder } from '../../../snapshots/file-kinds.ts'
import type { Exception } from '../trees/folder-merge.ts'
import { type Entry, isFile, oidOf, textOf } from '../trees/indexed-tree.ts'
import type { EntryChange } from '../trees/own-changes.ts'
import { mentionsAny } from './mentions.ts'
import { type CompileEntry, compiled, fileAt, type TrunkEffect } from './trunk-effect.ts'

export type ProofPorts = {
  readBlob(oid: Oid): Promise<Buffer>
  /** Of a file that is stored, or that the merge made. */
  compile: CompileEntry
}

export type Claim = {
  effect: TrunkEffect
  /** The tenant's changes since the base: at the root (`''`) and in each of the product's folders. */
  own: ReadonlyMap<Folder | '', readonly EntryChange[]>
  exceptions: ReadonlyMap<string, Exception>
  /** How many more files than the trunk has each folder may hold. */
  room: ReadonlyMap<Folder, number>
}

/** false: nothing is known; the merged tree has to be read and checked as a whole. */
export async function isProven({ effect, own, exceptions, room }: Claim, ports: ProofPorts): Promise<boolean> {
  for (const [path, exception] of exceptions) {
    if (!(await keepsItsName(path, exception, effect, ports))) return false
  }
  for (const { name } of own.get('') ?? []) if (effect.addedPaths.has(textOf(name).toLowerCase())) return false
  for (const folder of FOLDERS) {
    const changes = own.get(folder) ?? []
    const grown = changes.filter(({ base }) => base === undefined).length
    if (grown > (room.get(folder) ?? 0)) return false
    for (const change of changes) {
      const path = `${folder}/${textOf(change.name)}`
      if (exceptions.has(path)) continue
      if (effect.addedPaths.has(path.toLowerCase())) return false
      const apart = staysApart(path, folder, change, effect, ports)
      // Most are known at once, and a promise for each would cost more than the answer.
      if (!(typeof apart === 'boolean' ? apart : await apart)) return false
    }
  }
  return true
}

/** Whether a file that both sides changed is good and gives the name that the trunk's gives. */
async function keepsItsName(
  path: string,
  { from, to }: Exception,
  effect: TrunkEffect,
  { compile }: ProofPorts,
): Promise<boolean> {
  const file = fileAt(path)
  if (!file) return !FOLDERS.some((folder) => path === folder || path.startsWith(`${folder}/`))
  if (!to || !from || file.folder === 'workflows') return false
  const merged = await compile(file.folder, file.name, to)
  if (merged.kind === 'bad') return false
  const { definition } = merged
  return definition.kind !== 'tool' || definition.tool.name === effect.namesAt.get(path)
}

/** Whether a file of the tenant's own has nothing to do with the names that the trunk's changes are about. */
function staysApart(
  path: string,
  folder: Folder,
  change: EntryChange,
  effect: TrunkEffect,
  ports: ProofPorts,
): boolean | Promise<boolean> {
  const file = fileAt(path)
  // Such as a README: it gives no name.
  if (!file) return true
  if (folder === 'config') return !effect.addedStems.has(file.stem)
  if (folder === 'workflows' && change.now && effect.changesWorkflows) return false
  return usesNoOther(file, change, effect, ports)
}

/** The same of a tool or a workflow. */
async function usesNoOther(
  file: NonNullable<ReturnType<typeof fileAt>>,
  { base, now }: EntryChange,
  { added, removed, used }: TrunkEffect,
  { readBlob, compile }: ProofPorts,
): Promise<boolean> {
  if (base && used.size > 0 && !(await givesOr(file, base, now, used, compile))) return false
  if (!now || (added.size === 0 && removed.size === 0)) return true
  if (!isFile(now)) return false
  const bytes = await readBlob(oidOf(now))
  return !mentionsAny(file.name, bytes, added) && !mentionsAny(file.name, bytes, removed)
}

/** Whether the base's file gave none of the `used` names, or the tenant's gives the same one. */
async function givesOr(
  file: NonNullable<ReturnType<typeof fileAt>>,
  base: Entry,
  now: Entry | undefined,
  used: ReadonlySet<string>,
  compile: CompileEntry,
): Promise<boolean> {
  const was = await compiled(file, base, compile)
  if (!was) return false
  if (was.name === undefined || !used.has(was.name)) return true
  const is = now && (await compiled(file, now, compile))
  return is?.name === was.name
}
