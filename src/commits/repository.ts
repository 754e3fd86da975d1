/** What commits need of the repository. */
import type { Blob } from '../git/objects/objects.ts'
import type { NewObject } from '../git/objects/pack-entry.ts'
import type { SmallPack } from '../git/objects/small-pack.ts'
import type { RefOutcome, RefUpdate } from '../git/refs/ref-updates.ts'
import type { RefState } from '../git/refs/refs.ts'
import type { Oid, RefName } from '../kernel/ids.ts'

export type CommitRepository = {
  head(ref: RefName): RefState
  /** @throws ObjectUnreadable */
  treeOf(commit: Oid): Promise<Oid>
  /** A tree as it is stored. @throws ObjectUnreadable */
  readTreeBytes(oid: Oid): Promise<Uint8Array>
  /** @throws ObjectUnreadable */
  readBlob(oid: Oid, maxBytes: number): Promise<Blob>
  /** Paths whose entries differ between two trees. */
  changedPaths(from: Oid, to: Oid): Promise<readonly string[]>
  /** Lets objects be read that are not on the disk yet. */
  hold(objects: readonly NewObject[]): { keep(): void; drop(): void }
  /** Puts the service's signature into a commit. */
  sign(unsigned: Uint8Array): Buffer
  /** Resolves when they are on the disk for good; until `release` nothing removes them, even though no ref leads there. */
  store(objects: readonly NewObject[]): Promise<{ release(): void }>
  /** Lets git see the objects of a pack. They survive a kill, but no power cut. @throws the file system's error */
  place(pack: SmallPack): void
  /** As `RefWriter.moveInCache`. */
  move(updates: readonly RefUpdate[]): readonly Promise<RefOutcome>[]
} & LastingRepository

/** What brings to the disk what commits have written. */
export type LastingRepository = {
  /** Resolves when the objects are on the disk, and `packs`, in which they were before, are gone. */
  keepObjects(objects: readonly NewObject[], packs: readonly string[]): Promise<void>
  /** Resolves when the values of these refs are on the disk. One that is gone is none. */
  keepRefs(refs: readonly RefName[]): Promise<void>
  /**
   * Moves a branch that a power cut has set back: one that holds nothing readable, one of `from`, or an ancestor of `to`
   * (its file may have been written over, refs/spare-files.ts). Any other has been moved on by somebody, and stays. The
   * objects are there.
   */
  bringBack(ref: RefName, from: ReadonlySet<Oid>, to: Oid): Promise<RefOutcome>
}
