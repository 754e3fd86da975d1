/** The planner of rollouts over a repository; what it needs of the disk is made when it is first asked. */
import { createRolloutPlanner, type RolloutPlanner } from '../../rollouts/plan/planner.ts'
import type { PlannerPorts } from '../../rollouts/plan/ports.ts'
import type { FileCompiler } from '../../snapshots/compile-file.ts'
import { openPlannerPorts, type ValidTrees } from './planner-ports.ts'

/** Trees that were found to be valid: forty letters each. */
const KEPT_TREES = 200_000

export function openPlanner(
  gitDir: string,
  { compile }: { compile: FileCompiler },
): RolloutPlanner & { close(): void } {
  let opened: { ports: PlannerPorts & { close(): void }; planner: RolloutPlanner } | undefined
  const planner = (): RolloutPlanner => {
    if (!opened) {
      const ports = openPlannerPorts(gitDir, { compile, valid: rememberValid() })
      opened = { ports, planner: createRolloutPlanner(ports) }
    }
    return opened.planner
  }
  return {
    plan: (...request) => planner().plan(...request),
    trunkProblems: (trunk) => planner().trunkProblems(trunk),
    close() {
      opened?.ports.close()
      opened = undefined
    },
  }
}

/** Which trees are valid, for as long as this process runs: a tree's id stands for its content. */
function rememberValid(): ValidTrees {
  const trees = new Set<string>()
  return {
    isKnownValid: (tree) => trees.has(tree),
    noteValid(tree) {
      if (trees.size >= KEPT_TREES) trees.clear()
      trees.add(tree)
    },
  }
}
