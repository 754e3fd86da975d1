/**
 * The entry point of a worker process: takes a task, answers with its evaluation. Built as a file of its own.
 * Invariant: it holds nothing between two tasks but compiled programs, which are no tenant's data.
 */
import { compileProgram, type Program } from '../compile.ts'
import { type Evaluation, failed } from '../evaluation.ts'
import { createEnvironment } from '../language/environment.ts'
import type { Task, WorkerMessage } from './worker-process.ts'

const MAX_CACHED_PROGRAMS = 1_000

const environment = createEnvironment()
const programs = new Map<number, Program>()

function programOf({ id, source, variables }: Task): Program | undefined {
  const cached = programs.get(id)
  if (cached) return cached
  const compilation = compileProgram(source, variables, environment)
  if (compilation.kind === 'invalid') return undefined
  if (programs.size >= MAX_CACHED_PROGRAMS) programs.clear()
  programs.set(id, compilation.program)
  return compilation.program
}

function evaluate(task: Task): Evaluation {
  // Messages arrive with the usual prototype, whose members must not count as variables.
  const bindings = Object.assign(Object.create(null), task.bindings)
  return programOf(task)?.evaluate(bindings) ?? failed('it could not be compiled')
}

const send = (message: WorkerMessage): void => {
  process.send?.(message)
}

process.on('message', (task: Task) => send({ kind: 'answer', evaluation: evaluate(task) }))
send({ kind: 'ready' })
