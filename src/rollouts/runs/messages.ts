/** What the commits of a run say. Pure: the trailers are what tells later that a commit is a run's. */
import type { Oid } from '../../kernel/ids.ts'
import type { Run } from './run.ts'

/** The merge of the trunk into a tenant's branch. */
export const mergeMessage = ({ id, plan, trunk }: Pick<Run, 'id' | 'plan' | 'trunk'>, trunkName: string): string =>
  `Roll out ${trunkName} at ${trunk.slice(0, 12)}\n\nRollout-Id: ${id}\nRollout-Plan: ${plan ?? 'none'}`

/** The commit that takes it back. */
export const revertMessage = ({ id, trunk }: Pick<Run, 'id' | 'trunk'>, merge: Oid, trunkName: string): string =>
  `Take back ${trunkName} at ${trunk.slice(0, 12)}\n\nThis reverts the rollout's merge ${merge}.\n\nRollout-Id: ${id}\nRollout-Reverts: ${merge}`

/** The commit that joins what the tenant has pushed to the remote and what the run has given its branch here. */
export const takenInMessage = (run: string, ref: string): string =>
  `Merge what the remote has of ${ref.replace(/^refs\/heads\//, '')}\n\nRollout-Id: ${run}`
