/** The repository as a rollout needs it: heads, commits that are made and branches that are moved. */
import type { Merging } from '../../rollouts/runs/merging.ts'
import { openCommitFinder } from '../history/commit-of.ts'
import type { GitHistory } from '../history/history.ts'
import type { GitObjects } from '../objects/objects.ts'
import type { RefWriter } from '../refs/ref-updates.ts'
import type { RefReader } from '../refs/refs.ts'
import { openRolloutCommits, type RolloutCommitDeps } from './rollout-commits.ts'

export type RolloutRepositoryDeps = RolloutCommitDeps & {
  refs: RefReader
  objects: Pick<GitObjects, 'treeOf'>
  history: Pick<GitHistory, 'contains'>
  writer: RefWriter
}

export const openRolloutRepository = (deps: RolloutRepositoryDeps): Omit<Merging, 'plan'> => ({
  ...openCommitFinder(deps.gitDir),
  ...openRolloutCommits(deps),
  treeOf: deps.objects.treeOf,
  contains: deps.history.contains,
  async move(moves) {
    const outcomes = await deps.writer.moveMany(moves)
    // The journal knows which branches were to move, and Git which of them did: settled when the run is taken up again.
    return outcomes.map((outcome) => {
      if (outcome.kind === 'failed') throw outcome.cause
      return outcome
    })
  },
  headOf(ref) {
    const state = deps.refs.read(ref)
    return state.kind === 'oid' ? state.oid : undefined
  },
})
