/**
 * Which files of a folder are read. Everything in it that is not a plain file of a known type is a problem: a file that
 * was silently left out would be a surprise in production.
 */
import { isDangerousKey } from '../documents/plain-data.ts'
import type { TreeEntry } from '../git/objects/objects.ts'
import { type Folder, isIgnored, stemOf, TREE_LIMITS } from './file-kinds.ts'
import { type FolderContent, type FolderFile, folderContent, NOTHING } from './folder-content.ts'
import type { FileProblem } from './snapshot.ts'

/** At once where the file is known. */
export type ReadFile = (folder: Folder, entry: TreeEntry) => FolderFile | Promise<FolderFile>

/** A folder that others are read beside, as the trunk's is: what they have in common with it costs next to nothing. */
export type Baseline = {
  entries: readonly TreeEntry[]
  files: ReadonlyMap<TreeEntry, FolderFile>
  tools: FolderContent['tools']
}

export const NO_BASELINE: Baseline = { entries: [], files: new Map(), tools: NOTHING }

/** Files that a folder may have beside the baseline; with more of them it becomes the baseline itself. */
const MAX_OWN = 16
/** Of the files of a baseline: they stay in memory for as long as it is one. */
const MAX_BASELINE_BYTES = 8 * 1024 * 1024

/** @returns the folder, and what to read the next one beside */
export async function readFolder(
  folder: Folder,
  entries: readonly TreeEntry[],
  baseline: Baseline,
  readFile: ReadFile,
): Promise<{ content: FolderContent; baseline: Baseline }> {
  const { accepted, problems } = acceptedOf(folder, entries, baseline)
  if (accepted.length > TREE_LIMITS.filesPerFolder) {
    const detail = `${folder}/ holds ${accepted.length} files; at most ${TREE_LIMITS.filesPerFolder} are read.`
    return { content: folderContent([], [...problems, wholeFile(folder, 'too-many-files', detail)]), baseline }
  }
  const found = accepted.map((entry) => baseline.files.get(entry) ?? readFile(folder, entry))
  // A promise for each of a hundred known files would cost more than the files do.
  const awaited = await Promise.all(found.filter((file) => file instanceof Promise))
  let next = 0
  const files = found.map((file) => (file instanceof Promise ? awaited[next++]! : file))
  const own = accepted.filter((entry) => !baseline.files.has(entry))
  const content = folderContent(files, problems, { newBytes: bytesIn(awaited), beside: baseline.tools })
  if (own.length <= MAX_OWN || bytesIn(files) > MAX_BASELINE_BYTES) return { content, baseline }
  const known = new Map(accepted.map((entry, i) => [entry, files[i]!]))
  return { content, baseline: { entries, files: known, tools: new Map(content.tools) } }
}

const bytesIn = (files: readonly FolderFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0)

function acceptedOf(folder: Folder, entries: readonly TreeEntry[], { files }: Baseline) {
  const problems = [...collisions(folder, entries)]
  const accepted: TreeEntry[] = []
  for (const entry of entries) {
    // The baseline's own entries have been looked at.
    const isKnown = files.has(entry)
    if (!isKnown && isIgnored(entry.name)) continue
    const refusal = isKnown ? undefined : refusalOf(entry, folder)
    if (refusal) problems.push(wholeFile(`${folder}/${entry.name}`, 'file-not-allowed', refusal))
    else accepted.push(entry)
  }
  return { accepted, problems }
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

function refusalOf(entry: TreeEntry, folder: Folder): string | undefined {
  const stem = stemOf(entry.name)
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
  // Nearly always so.
  if (new Set(entries.map(({ name }) => name.toLowerCase())).size === entries.length) return
  const seen = new Map<string, string>()
  for (const { name } of entries) {
    const folded = name.toLowerCase()
    const other = seen.get(folded)
    const path = folder === '' ? name : `${folder}/${name}`
    if (other === undefined) seen.set(folded, name)
    else yield wholeFile(path, 'name-collides', `"${name}" and "${other}" differ by case only; rename one of them.`)
  }
}
