/**
 * One folder of a tenant's tree (`tools/`, `workflows/`, `config/`): which files it holds, compiled.
 * Everything in it that is not a plain file of a known type is a problem: a file that was silently left out would be
 * a surprise in production.
 */
import { isDangerousKey } from '../documents/plain-data.ts'
import type { TreeEntry, TreeSource } from '../git/objects.ts'
import type { CompiledFile, FileCompiler } from './compile-file.ts'
import { type FileKind, type Folder, isIgnored, kindOf, stemOf, TREE_LIMITS } from './file-kinds.ts'
import type { FileProblem } from './snapshot.ts'

export type FolderFile = { path: string; stem: string; compiled: CompiledFile }
export type FolderContent = { files: readonly FolderFile[]; problems: readonly FileProblem[] }

export type FolderReader = (folder: Folder, entries: readonly TreeEntry[]) => Promise<FolderContent>

export function createFolderReader(
  compiled: (entry: TreeEntry, kind: FileKind) => Promise<CompiledFile>,
): FolderReader {
  return async (folder, entries) => {
    const problems = [...collisions(folder, entries)]
    const accepted: { entry: TreeEntry; stem: string }[] = []
    for (const entry of entries) {
      if (isIgnored(entry.name)) continue
      const stem = stemOf(entry.name)
      const refusal = refusalOf(entry, stem, folder)
      if (refusal) problems.push(wholeFile(`${folder}/${entry.name}`, 'file-not-allowed', refusal))
      else if (stem) accepted.push({ entry, stem })
    }
    if (accepted.length > TREE_LIMITS.filesPerFolder) {
      const detail = `${folder}/ holds ${accepted.length} files; at most ${TREE_LIMITS.filesPerFolder} are read.`
      return { files: [], problems: [...problems, wholeFile(folder, 'too-many-files', detail)] }
    }
    const files = await Promise.all(
      accepted.map(async ({ entry, stem }) => ({
        path: `${folder}/${entry.name}`,
        stem,
        compiled: await compiled(entry, kindOf(folder, stem)),
      })),
    )
    return { files, problems }
  }
}

/** Compiles an entry's blob, each distinct blob once: `cache` is keyed by kind, format and object id. */
export const compileEntry =
  (source: TreeSource, compile: FileCompiler, cache: FileCache) =>
  async (entry: TreeEntry, kind: FileKind): Promise<CompiledFile> => {
    const key = `${kind}:${entry.name.slice(entry.name.lastIndexOf('.'))}:${entry.oid}`
    const known = cache.get(key)
    if (known) return known
    const bytes = await source.readBlob(entry.oid)
    const file = compile(kind, entry.name, bytes)
    cache.set(key, file, { size: bytes.length + 1 })
    return file
  }

export type FileCache = {
  get(key: string): CompiledFile | undefined
  set(key: string, file: CompiledFile, options: { size: number }): unknown
}

/** A problem of a file as such; it is shown at its first character. */
export const wholeFile = (file: string, code: string, detail: string): FileProblem => ({
  file,
  line: 1,
  column: 1,
  pointer: '',
  code,
  detail,
})

function refusalOf(entry: TreeEntry, stem: string | undefined, folder: Folder): string | undefined {
  if (entry.kind === 'symlink') return 'A symbolic link is not followed; commit the file itself.'
  if (entry.kind === 'submodule') return 'A submodule is not read; commit the files themselves.'
  if (entry.kind === 'tree') return `${folder}/ has no subfolders; move its files up into ${folder}/.`
  if (stem === undefined) return `${folder}/ holds .json, .yaml and .yml files; rename this one or move it elsewhere.`
  // The name of a file in config/ is a key of the configuration.
  if (folder === 'config' && isDangerousKey(stem)) return `The name "${stem}" is not allowed; choose another one.`
  return undefined
}

/** Names that are one name on a file system that ignores case: a checkout there would lose one of them. */
export function* collisions(folder: string, entries: readonly TreeEntry[]): Iterable<FileProblem> {
  const seen = new Map<string, string>()
  for (const { name } of entries) {
    const folded = name.toLowerCase()
    const other = seen.get(folded)
    const path = folder === '' ? name : `${folder}/${name}`
    if (other === undefined) seen.set(folded, name)
    else yield wholeFile(path, 'name-collides', `"${name}" and "${other}" differ by case only; rename one of them.`)
  }
}
