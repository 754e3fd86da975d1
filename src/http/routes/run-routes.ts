/** All routes of rollouts: runs, what people do with them, their events, conflicts and holds. */
import type { Runs } from '../../rollouts/runs/open-runs.ts'
import type { Route } from '../route.ts'
import { conflictRoutes } from './conflicts.ts'
import { type HoldRouteDeps, holdRoutes } from './holds.ts'
import { rolloutActRoutes } from './rollout-acts.ts'
import { rolloutEventRoutes } from './rollout-events.ts'
import { rolloutRoutes } from './rollouts.ts'

export const runRoutes = (runs: Runs, deps: Pick<HoldRouteDeps, 'registry' | 'clock'>): Route[] => [
  ...rolloutRoutes(runs),
  ...rolloutActRoutes(runs),
  ...rolloutEventRoutes(runs),
  ...conflictRoutes(runs),
  ...holdRoutes({ holds: runs.holds, ...deps }),
]
