/** Why a branch could not be moved, and whether it is worth another try. Pure. */
import type { MoveOutcome } from './merging.ts'
import { MAX_ATTEMPTS } from './tenant-state.ts'

/** What a person has to do about it; undefined where the tenant is planned anew and tried again. */
export function obstacleTo(outcome: Exclude<MoveOutcome, { kind: 'moved' }>, attempts: number): string | undefined {
  switch (outcome.kind) {
    case 'refused':
      return outcome.reason
    case 'checked-out-dirty':
      return outcome.paths.length === 0
        ? 'The branch is checked out where something is under way, such as a rebase; finish it.'
        : `The branch is checked out with changes of its own in ${outcome.paths.join(', ')}; commit or stash them.`
    case 'locked':
    case 'stale':
      return attempts < MAX_ATTEMPTS
        ? undefined
        : `Others moved or locked the branch ${attempts} times while it was merged; wait until they are done.`
  }
}
