/**
 * Which files of a folder are read. Everything in it that is not a plain file of a known type is a problem: a file that
 * was silently left out would be a surprise in production.
 */
import { isDangerousKey } from '../documents/plain-data.ts'
import type { TreeEntry } from '../git/objects.ts'
import { type Folder, isIgnored, stemOf, TREE_LIMITS } from './file-kinds.ts'
import { type FolderContent, type FolderFile, folderContent } from './folder-content.ts'
import type { FileProblem } from './snapshot.ts'

/** At once where the file is known, as nearly all of a tenant's are. @param stem the name without its extension */
export type ReadFile = (folder: Folder, entry: TreeEntry, stem: string) => FolderFile | Promise<FolderFile>

export async function readFolder(
  folder: Folder,
  entries: readonly TreeEntry[],
  readFile: ReadFile,
): Promise<FolderContent> {
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
    return folderContent([], [...problems, wholeFile(folder, 'too-many-files', detail)])
  }
  const files = accepted.map(({ entry, stem }) => readFile(folder, entry, stem))
  // A promise for each of a hundred known files would cost more than the files do.
  const awaited = await Promise.all(files.filter((file) => file instanceof Promise))
  let next = 0
  return folderContent(
    files.map((file) => (file instanceof Promise ? awaited[next++]! : file)),
    problems,
  )
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
