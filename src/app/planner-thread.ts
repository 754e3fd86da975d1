/** The program of a thread that plans rollouts, built as a file of its own. `workerData` is the repository's git directory. */
import { parentPort, workerData } from 'node:worker_threads'
import { openPlanner } from '../git/rollouts/open-planner.ts'
import { servePlanner } from '../rollouts/plan/threads/planner-thread.ts'
import { createCompiler } from './compiler.ts'

const compiler = createCompiler()
const planner = openPlanner(workerData as string, compiler)

servePlanner(parentPort!, planner, () => {
  planner.close()
  // It has started processes where an expression called for one.
  void compiler.close()
})
