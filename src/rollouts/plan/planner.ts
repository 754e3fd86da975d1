/**
 * Plans rollouts: what merging a commit of the trunk would do to each of any number of branches. Nothing is written.
 *
 * What all tenants share (the trunk's side, its rules, the effect of its changes) is worked out once for each commit; a
 * tenant costs the reading of what it has of its own. Tenants go through in groups, so that ten thousand need no more
 * memory than a few hundred, and while one group is worked on the next one is read.
 */
import { LRUCache } from 'lru-cache'
import type { Oid } from '../../kernel/ids.ts'
import type { FileProblem } from '../../snapshots/snapshot.ts'
import type { PlannedTenant, Target } from './plan.ts'
import type { PlannerPorts, Standing } from './ports.ts'
import { openTrunk, type Trunk } from './trunk.ts'

export type RolloutPlanner = {
  /**
   * Groups of planned tenants, in the order of `targets`, each as soon as it is done.
   * @param valid commits whose trees were found valid before, such as those that tenants are served; any others too
   * @throws where `trunk` itself cannot be read
   */
  plan(trunk: Oid, targets: readonly Target[], valid?: ReadonlySet<Oid>): AsyncIterable<readonly PlannedTenant[]>
  /** What is wrong with the trunk's own tree: no tenant can be given that without the same. */
  trunkProblems(trunk: Oid): Promise<readonly FileProblem[]>
}

/** Enough that git reads in batches, few enough that most of what they leave is dead before it is collected. */
const GROUP = 32
/** Groups under way at once. */
const AHEAD = 3
/** A rollback plans from a commit of each tenant: these are not kept long. */
const KEPT_TRUNKS = 8

const NONE: ReadonlySet<Oid> = new Set()
const NO_STANDINGS: ReadonlyMap<Oid, Standing> = new Map()

export function createRolloutPlanner(ports: PlannerPorts): RolloutPlanner {
  const trunks = new LRUCache<Oid, Promise<Trunk>>({ max: KEPT_TRUNKS })

  function trunkAt(commit: Oid): Promise<Trunk> {
    const known = trunks.get(commit)
    if (known) return known
    const opened = openTrunk(ports, commit)
    trunks.set(commit, opened)
    opened.catch(() => trunks.delete(commit))
    return opened
  }

  return {
    async *plan(commit, targets, valid = NONE) {
      const trunk = await trunkAt(commit)
      if (valid.has(commit)) trunk.noteValid()
      const heads = targets.filter(({ hold }) => hold === null).map(({ head }) => head)
      // So many will ask for it: it is worked out while git walks through their histories.
      if (heads.length > GROUP) trunk.problems().catch(() => {})
      const standings = heads.length === 0 ? NO_STANDINGS : await ports.standings(commit, heads)
      const diffs = await trunk.diffs(targets, standings)
      const planOne = (target: Target): Promise<PlannedTenant> => {
        const { head } = target
        return trunk.plan(target, { standing: standings.get(head), diff: diffs.get(target), isValid: valid.has(head) })
      }
      const underWay: Promise<PlannedTenant[]>[] = []
      for (let next = 0; next < targets.length || underWay.length > 0; ) {
        while (next < targets.length && underWay.length < AHEAD) {
          const group = targets.slice(next, next + GROUP)
          const planned = Promise.all(group.map(planOne))
          // Whoever stops listening is not to hear of groups that were begun.
          planned.catch(() => {})
          underWay.push(planned)
          next += GROUP
        }
        yield await underWay.shift()!
      }
    },
    trunkProblems: async (commit) => (await trunkAt(commit)).problems(),
  }
}
