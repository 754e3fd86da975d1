/** The planner of rollouts over a repository, with the threads that it plans many tenants in. */
import { Worker } from 'node:worker_threads'
import { packageFile } from '../boot/package-files.ts'
import { openPlanner } from '../git/rollouts/open-planner.ts'
import { openPlannerThreads, type PlannerThreads } from '../rollouts/plan/threads/planner-threads.ts'
import type { Compiler } from './compiler.ts'

export const openPlanning = (gitDir: string, compiler: Pick<Compiler, 'compile'>): PlannerThreads =>
  openPlannerThreads({
    nearby: openPlanner(gitDir, compiler),
    start: () => new Worker(packageFile('dist/planner-thread.js'), { workerData: gitDir }),
  })
