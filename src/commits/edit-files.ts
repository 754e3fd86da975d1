/**
 * A set of changed files on a tree: the new tree's objects, spliced from the old ones. Reads only the folders on the way
 * to a changed file, and rewrites only those.
 * Invariant: what is not named stays as it is, bit for bit; a folder that becomes empty goes, as Git knows none.
 */

import { objectId } from '../git/objects/object-id.ts'
import type { NewObject } from '../git/objects/pack-entry.ts'
import { editTree, FOLDER_MODE, parseTree, type RawEntry, type TreeEdit } from '../git/objects/tree-bytes.ts'
import type { ProblemItem } from '../kernel/errors.ts'
import type { Oid } from '../kernel/ids.ts'
import { CHANGE_LIMITS, type Edit, type FileChange } from './change.ts'
import { foldName } from './change-path.ts'
import type { CommitRepository } from './repository.ts'

export type FilesEdit = {
  tree: Oid
  /** Those that are new, trees and blobs. */
  objects: NewObject[]
  /** Paths whose content or mode is another now, sorted. */
  changed: string[]
  /** Changes whose `ifMatch` does not hold, with the blob that is there. */
  unmet: { path: string; found: Oid | null }[]
  /** Changes that cannot be made. */
  problems: ProblemItem[]
}

/** A name on the way to changed files: a change of its own, and names below it. */
type Node = { change?: FileChange; below: Map<string, Node> }

/** How the modes of files begin that are neither links nor submodules. */
const PLAIN = '100'
const EMPTY_TREE = objectId('tree', new Uint8Array())

/** @param changes paths that `pathRefusal` passes, each once */
export async function editFiles(
  root: Oid,
  changes: readonly FileChange[],
  { readTreeBytes, readBlob }: Pick<CommitRepository, 'readTreeBytes' | 'readBlob'>,
): Promise<FilesEdit> {
  const edit: FilesEdit = { tree: root, objects: [], changed: [], unmet: [], problems: [] }
  const refuse = (file: string, detail: string): void =>
    void edit.problems.push({ pointer: '', file, detail, code: 'file-not-allowed' })

  /** The folder's new tree; undefined where nothing is left in it. */
  async function editFolder(path: string, tree: Oid | undefined, nodes: Map<string, Node>): Promise<Oid | undefined> {
    const bytes = tree === undefined ? new Uint8Array() : await readTreeBytes(tree)
    const entries = new Map(parseTree(bytes).map((entry) => [entry.name, entry]))
    const edits = new Map<string, TreeEdit>()
    for (const [name, node] of nodes) {
      const at = path === '' ? name : `${path}/${name}`
      const before = entries.get(name)
      const after = await editName(at, before, node)
      if (after?.oid !== before?.oid || after?.mode !== before?.mode) edits.set(name, after)
    }
    if (edits.size === 0) return tree
    refuseNewNames(path, entries, edits)
    const made = editTree(bytes, edits)
    if (made.length === 0) return undefined
    const oid = objectId('tree', made)
    edit.objects.push({ type: 'tree', oid, bytes: made })
    return oid
  }

  async function editName(path: string, before: RawEntry | undefined, { change, below }: Node): Promise<TreeEdit> {
    const isFolder = before?.mode === FOLDER_MODE
    let folder: TreeEdit = isFolder ? { mode: FOLDER_MODE, oid: before.oid } : null
    if (below.size > 0) {
      const oid = await editFolder(path, isFolder ? before.oid : undefined, below)
      folder = oid === undefined ? null : { mode: FOLDER_MODE, oid }
    }
    const file = before && !isFolder ? { mode: before.mode, oid: before.oid } : null
    const wanted = change ? await editFile(change, file) : file
    if (!folder || !wanted) return folder ?? wanted
    refuse(path, change ? 'It is a folder; a file cannot take its place.' : 'It is a file; nothing can be below it.')
    return file ?? folder
  }

  async function editFile(change: FileChange, before: TreeEdit): Promise<TreeEdit> {
    const { path, mode, ifMatch } = change
    const found = before?.oid ?? null
    const isMet =
      ifMatch === undefined || (ifMatch === '*' ? found !== null : found === (ifMatch === 'absent' ? null : ifMatch))
    if (!isMet) {
      edit.unmet.push({ path, found })
      return before
    }
    const content = typeof change.content === 'function' ? await edited(path, change.content, before) : change.content
    if (content === null) {
      if (before) edit.changed.push(path)
      return null
    }
    const oid = objectId('blob', content)
    const kept = before?.mode === '100755' ? '100755' : '100644'
    const after = { mode: mode ?? kept, oid }
    if (before?.oid === oid && before.mode === after.mode) return before
    edit.changed.push(path)
    edit.objects.push({ type: 'blob', oid, bytes: content })
    return after
  }

  /** Null where there is nothing to edit, which is then said. */
  async function edited(path: string, make: Edit, before: TreeEdit): Promise<Uint8Array | null> {
    if (before?.mode.startsWith(PLAIN)) return make(await readBlob(before.oid, CHANGE_LIMITS.fileBytes))
    if (before) refuse(path, 'It is no plain file; nothing in it can be changed.')
    else edit.unmet.push({ path, found: null })
    return null
  }

  /** A name may be new only where no other differs from it by case alone, and where there is room. */
  function refuseNewNames(path: string, entries: ReadonlyMap<string, RawEntry>, edits: ReadonlyMap<string, TreeEdit>) {
    const added = [...edits].flatMap(([name, after]) => (after && !entries.has(name) ? [name] : []))
    if (added.length === 0) return
    const left = [...entries.keys()].filter((name) => edits.get(name) !== null)
    const folded = new Map(left.map((name) => [foldName(name), name]))
    for (const name of added) {
      const twin = folded.get(foldName(name))
      if (twin === undefined) folded.set(foldName(name), name)
      else
        refuse(
          path === '' ? name : `${path}/${name}`,
          `"${name}" and "${twin}" differ by case only; choose another name.`,
        )
    }
    if (folded.size > CHANGE_LIMITS.filesPerFolder) {
      refuse(path, `A folder holds at most ${CHANGE_LIMITS.filesPerFolder} files and folders.`)
    }
  }

  edit.tree = (await editFolder('', root, nodesOf(changes))) ?? EMPTY_TREE
  edit.changed.sort()
  return edit
}

function nodesOf(changes: readonly FileChange[]): Map<string, Node> {
  const top: Node = { below: new Map() }
  for (const change of changes) {
    let at = top
    for (const name of change.path.split('/')) {
      const next = at.below.get(name) ?? { below: new Map() }
      at.below.set(name, next)
      at = next
    }
    at.change = change
  }
  return top.below
}
