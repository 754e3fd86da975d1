/**
 * What the trunk's changes since a base mean for the files of a tenant that they do not touch: which names come and go,
 * and which names the changed workflows use.
 */
import type { Oid } from '../../../kernel/ids.ts'
import type { CompiledFile } from '../../../snapshots/compile-file.ts'
import { type Folder, isFolder, isIgnored, stemOf } from '../../../snapshots/file-kinds.ts'
import { type Entry, isFile, oidOf } from '../trees/indexed-tree.ts'
import type { PathChange } from '../trees/tree-changes.ts'

export type TrunkEffect = {
  /** Names of tools and workflows that the trunk has and the base has not, and the other way round. */
  added: ReadonlySet<string>
  removed: ReadonlySet<string>
  /** Names that changed and added workflows use. */
  used: ReadonlySet<string>
  changesWorkflows: boolean
  /** Paths of what was added at the root and in the product's folders, in lower case. */
  addedPaths: ReadonlySet<string>
  /** Stems of files added to config/. */
  addedStems: ReadonlySet<string>
  /** The names that changed files of tools/ and workflows/ give in the trunk, by path. */
  namesAt: ReadonlyMap<string, string>
}

export type CompileEntry = (folder: Folder, name: string, oid: Oid) => Promise<CompiledFile>

/**
 * @param changes of all paths
 * @param rootNames what the trunk added at the root
 * @returns undefined where a changed file does not compile: then nothing can be said without looking at the whole tree
 */
export async function trunkEffect(
  changes: readonly PathChange[],
  rootNames: readonly string[],
  compile: CompileEntry,
): Promise<TrunkEffect | undefined> {
  const before = new Set<string>()
  const after = new Set<string>()
  const used = new Set<string>()
  const namesAt = new Map<string, string>()
  const addedPaths = new Set(rootNames.map((name) => name.toLowerCase()))
  const addedStems = new Set<string>()
  let changesWorkflows = false

  for (const { path, from, to } of changes) {
    if (!from) addedPaths.add(path.toLowerCase())
    const file = fileAt(path)
    if (!file) continue
    if (file.folder === 'config' && !from) addedStems.add(file.stem)
    if (file.folder === 'workflows') changesWorkflows = true
    for (const [entry, names] of [
      [from, before],
      [to, after],
    ] as const) {
      if (!entry) continue
      const found = await compiled(file, entry, compile)
      if (!found) return undefined
      if (found.name !== undefined) names.add(found.name)
      if (entry === to) {
        if (found.name !== undefined) namesAt.set(path, found.name)
        for (const name of found.uses) used.add(name)
      }
    }
  }
  const without = (one: Set<string>, other: Set<string>) => new Set([...one].filter((name) => !other.has(name)))
  return {
    added: without(after, before),
    removed: without(before, after),
    used,
    changesWorkflows,
    addedPaths,
    addedStems,
    namesAt,
  }
}

type ConfigurationFile = { folder: Folder; name: string; stem: string }

/** A path that the product reads; undefined for all others. */
export function fileAt(path: string): ConfigurationFile | undefined {
  const [folder = '', name = '', ...more] = path.split('/')
  if (!isFolder(folder) || name === '' || more.length > 0 || isIgnored(name)) return undefined
  const stem = stemOf(name)
  return stem === undefined ? undefined : { folder, name, stem }
}

/** What a file gives to the tree: its name, if it has one, and the names that it uses; undefined where it is not good. */
export async function compiled(
  { folder, name }: ConfigurationFile,
  entry: Entry,
  compile: CompileEntry,
): Promise<{ name: string | undefined; uses: readonly string[] } | undefined> {
  if (!isFile(entry)) return undefined
  const file = await compile(folder, name, oidOf(entry))
  if (file.kind === 'bad') return undefined
  const { definition } = file
  if (definition.kind === 'tool') return { name: definition.tool.name, uses: [] }
  if (definition.kind === 'workflow') {
    return { name: definition.workflow.name, uses: definition.workflow.uses.map((use) => use.name) }
  }
  return { name: undefined, uses: [] }
}
