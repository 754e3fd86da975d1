/**
 * Three-way merge of trees, path by path, by splicing a tenant's own changes into the trunk's bytes.
 *
 * Invariant: where it gives a tree, Git's own merge (merge-ort) gives the same one, except where a rule of
 * `config/merge.yaml` decides, or the content of a file is merged by structure. It decides a path only where
 *   - one side left the entry as it was, bit for bit,
 *   - both sides changed an entry that is there on all three sides, into the same, or
 *   - all three sides are files of one mode, or folders, which are merged inside.
 * Everything else is `beyond`: Git decides it. That covers renames: their source is a path that one side deleted, so
 * where the other side touched that path (or what lies in a deleted folder) the entry is not as it was; their target is a
 * path that one side added, so where the other side has that path too, it is not there on all three. A rename that
 * meets neither changes nothing in the result (see "Rename detection" in git's Documentation/technical/
 * directory-rename-detection.txt, and `process_renames` in merge-ort.c).
 */
import type { Oid } from '../../../kernel/ids.ts'
import type { FolderMerge, FolderMergePorts } from './folder-merge.ts'
import { type Entry, FOLDER_MODE, isFile, isFolder, makeEntry, oidOf, sameEntry, textOf } from './indexed-tree.ts'
import { changesOf } from './own-changes.ts'
import { type Edit, spliceTree } from './splice-tree.ts'
import { changesIn } from './tree-diff.ts'
import type { Versions } from './trunk-side.ts'

/** Merges folders given by their ids; undefined = there is no such folder. Gives the result's, and notes the rest in `merge`. */
export function folderMerger({ readTree, sideOf, mergeFile, owners, treeId }: FolderMergePorts) {
  async function mergeFolder(
    merge: FolderMerge,
    at: string,
    [base, ours, theirs]: readonly [Oid | undefined, Oid | undefined, Oid | undefined],
  ): Promise<Oid | undefined> {
    const known = sideOf(base, theirs)
    const side = known instanceof Promise ? await known : known
    const own = merge.diff
      ? changesIn(merge.diff, at, side.base)
      : changesOf(side.base, ours === undefined ? NO_BYTES : await readTree(ours))
    merge.own.set(at, own)
    const edits: Edit[] = []
    for (const { name, base: was, now } of own) {
      const there = side.trunk.byName.get(name)
      const decision = decide(merge, `${at}${textOf(name)}`, { base: was, ours: now, theirs: there })
      const entry = decision instanceof Promise ? await decision : decision
      if (!merge.decided) return undefined
      if (!sameEntry(entry, there)) edits.push({ name, entry })
    }
    if (owners.reaches(at)) {
      const seen = new Set(own.map(({ name }) => name))
      for (const { name, base: was, now } of side.changes.values()) {
        if (seen.has(name)) continue
        const entry = await decide(merge, `${at}${textOf(name)}`, { base: was, ours: was, theirs: now })
        if (!merge.decided) return undefined
        if (!sameEntry(entry, now)) edits.push({ name, entry })
      }
    }
    if (edits.length === 0) return theirs
    const merged = spliceTree(side.trunk, edits)
    if (merged.length === 0 && at !== '') return undefined
    const oid = treeId(merged)
    if (oid !== ours) merge.objects.push({ type: 'tree', oid, bytes: merged })
    return oid
  }

  function decide(
    merge: FolderMerge,
    path: string,
    versions: Versions,
  ): Entry | undefined | Promise<Entry | undefined> {
    const { base, ours, theirs } = versions
    if (owners.reaches(`${path}/`) && [base, ours, theirs].every((entry) => !entry || isFolder(entry))) {
      return inside(merge, path, versions)
    }
    const owner = owners.ownerOf(path)
    if (owner !== undefined && ![base, ours, theirs].some((entry) => entry && isFolder(entry))) {
      const entry = owner === 'ours' ? ours : theirs
      note(merge, path, ours, entry)
      return entry
    }
    const isOwned = ours && theirs && isFile(ours) && isFile(theirs) && owners.reachesInto(path)
    if (isOwned && !sameEntry(ours, theirs) && ours.mode === theirs.mode && (!base || isFile(base))) {
      return content(merge, path, { base, ours, theirs })
    }
    if (sameEntry(base, theirs)) return ours
    if (sameEntry(base, ours)) return theirs
    if (base && ours && theirs) {
      if (sameEntry(ours, theirs)) {
        note(merge, path, ours, ours)
        return ours
      }
      if (isFolder(base) && isFolder(ours) && isFolder(theirs)) return inside(merge, path, versions)
      if (isFile(base) && base.mode === ours.mode && base.mode === theirs.mode) {
        return content(merge, path, { base, ours, theirs })
      }
    }
    merge.decided = false
    return undefined
  }

  async function inside(merge: FolderMerge, path: string, versions: Versions): Promise<Entry | undefined> {
    const { base, ours, theirs } = versions
    const ids = [base && oidOf(base), ours && oidOf(ours), theirs && oidOf(theirs)] as const
    const oid = await mergeFolder(merge, `${path}/`, ids)
    const name = (ours ?? theirs ?? base)!.name
    return oid && makeEntry(name, FOLDER_MODE, oid)
  }

  async function content(
    merge: FolderMerge,
    path: string,
    { base, ours, theirs }: { base: Entry | undefined; ours: Entry; theirs: Entry },
  ): Promise<Entry> {
    const oid = await mergeFile({ path, base: base && oidOf(base), ours: oidOf(ours), theirs: oidOf(theirs) })
    // A disagreement keeps the tenant's, so that all others of the branch are found as well.
    const entry = oid === undefined ? ours : makeEntry(ours.name, ours.mode, oid)
    note(merge, path, ours, entry)
    return entry
  }

  return mergeFolder
}

const NO_BYTES = Buffer.alloc(0)

function note(merge: FolderMerge, path: string, from: Entry | undefined, to: Entry | undefined): void {
  merge.exceptions.set(path, { from: from && oidOf(from), to: to && oidOf(to) })
}
