/** What commits need of the repository. */
import type { NewObject } from '../git/pack-writer.ts'
import type { RefOutcome, RefUpdate } from '../git/ref-updates.ts'
import type { RefState } from '../git/refs.ts'
import type { Oid, RefName } from '../kernel/ids.ts'

export type CommitRepository = {
  head(ref: RefName): RefState
  /** @throws ObjectUnreadable */
  treeOf(commit: Oid): Promise<Oid>
  /** A tree as it is stored. @throws ObjectUnreadable */
  readTreeBytes(oid: Oid): Promise<Uint8Array>
  /** Paths whose entries differ between two trees. */
  changedPaths(from: Oid, to: Oid): Promise<readonly string[]>
  /** Lets objects be read that are not on the disk yet. */
  hold(objects: readonly NewObject[]): { keep(): void; drop(): void }
  /** Puts the service's signature into a commit. */
  sign(unsigned: Uint8Array): Buffer
  /** Resolves when they are on the disk for good; until `release` nothing removes them, even though no ref leads there. */
  store(objects: readonly NewObject[]): Promise<{ release(): void }>
  /** When `after` is done; where that fails the branch stays. */
  move(update: RefUpdate, after: Promise<unknown>): Promise<RefOutcome>
}
