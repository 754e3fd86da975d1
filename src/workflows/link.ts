/**
 * Whether the workflows of one tree fit together and with the tree's tools: every name leads somewhere, none leads back
 * to itself, and none unfolds into more than a run may hold. Pure, and linear in the number of names used, so that a
 * tree made to be slow is not.
 */
import type { Violation } from '../documents/violation.ts'
import { knownNamesFor } from './known-names.ts'
import type { Use, Workflow } from './workflow.ts'

export type LinkProblem = { workflow: string; violations: readonly Violation[] }

/** Workflows inside of workflows: one that calls only tools counts 1. */
const MAX_DEPTH = 8
/** Calls of one run with all workflows in it unfolded; eight levels of one hundred stages would be 10^16. */
const MAX_CALLS = 1_000
/** Unknown names that are reported of one workflow. */
const MAX_UNKNOWN = 20
/** Names of a circle that a message shows. */
const MAX_NAMES_SHOWN = 10

/** A set of names, or a map by names. */
type Names = { has(name: string): boolean; keys(): Iterable<string> }
type Size = { depth: number; calls: number }
type Graph = {
  workflows: ReadonlyMap<string, Workflow>
  /** The uses of each workflow that lead to another workflow, not to a tool. */
  inner: ReadonlyMap<string, readonly Use[]>
}

/** As `linkWorkflows`, which is asked only for what is not known to be sound. */
export type Linker = (workflows: ReadonlyMap<string, Workflow>, tools: Names) => readonly LinkProblem[]

/**
 * A linker that remembers which folders of workflows are sound: beside each set of tools in which the same of the names
 * that they use are tools, whatever else it holds.
 */
export function createLinker(): Linker {
  const sound = new WeakMap<ReadonlyMap<string, Workflow>, readonly { name: string; isTool: boolean }[]>()
  return (workflows, tools) => {
    if (sound.get(workflows)?.every(({ name, isTool }) => tools.has(name) === isTool)) return []
    const problems = linkWorkflows([...workflows.values()], tools)
    if (problems.length === 0) {
      const used = new Set([...workflows.values()].flatMap(({ uses }) => uses.map(({ name }) => name)))
      sound.set(
        workflows,
        [...used].map((name) => ({ name, isTool: tools.has(name) })),
      )
    }
    return problems
  }
}

/**
 * Everything that is wrong between `workflows`, which are all those of one tree, and its tools.
 * @returns one entry for each workflow with a problem, in the order given
 */
export function linkWorkflows(workflows: readonly Workflow[], toolNames: Names): LinkProblem[] {
  const graph = graphOf(workflows, toolNames)
  const sizes = measure(graph)
  const circles = findCircles(graph, sizes)
  const unknown = unknownNames(graph, toolNames)
  return workflows
    .map((workflow) => ({
      workflow: workflow.name,
      violations: [...unknown(workflow), ...(circles.get(workflow.name) ?? []), ...tooLarge(graph, sizes, workflow)],
    }))
    .filter(({ violations }) => violations.length > 0)
}

function graphOf(all: readonly Workflow[], toolNames: Names): Graph {
  const workflows = new Map(all.map((workflow) => [workflow.name, workflow]))
  const isInner = ({ name }: Use): boolean => !toolNames.has(name) && workflows.has(name)
  return { workflows, inner: new Map(all.map(({ name, uses }) => [name, uses.filter(isInner)])) }
}

function unknownNames({ workflows }: Graph, toolNames: Names): (workflow: Workflow) => Violation[] {
  const knownNames = knownNamesFor(() => [...toolNames.keys(), ...workflows.keys()])
  return ({ name: own, uses }) =>
    uses
      .filter(({ name }) => !toolNames.has(name) && !workflows.has(name))
      .slice(0, MAX_UNKNOWN)
      .map(({ pointer, part, name }) => ({
        pointer,
        part,
        code: 'unknown-stage',
        detail: `"${name}" is no tool or workflow of this tenant. ${knownNames(name, own)}`,
      }))
}

/**
 * The size of every workflow from which no circle can be reached, from the innermost outwards (Kahn's order). Not
 * recursive: a chain of workflows may be longer than the stack is deep.
 */
function measure({ workflows, inner }: Graph): Map<string, Size> {
  const callers = new Map<string, string[]>()
  const waiting = new Map<string, number>()
  for (const [name, uses] of inner) {
    waiting.set(name, uses.length)
    for (const use of uses) {
      const known = callers.get(use.name)
      if (known) known.push(name)
      else callers.set(use.name, [name])
    }
  }
  const sizes = new Map<string, Size>()
  const ready = [...workflows.keys()].filter((name) => waiting.get(name) === 0)
  for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
    sizes.set(name, sizeOf(workflows.get(name)!, inner.get(name)!, sizes))
    for (const caller of callers.get(name) ?? []) {
      const left = waiting.get(caller)! - 1
      waiting.set(caller, left)
      if (left === 0) ready.push(caller)
    }
  }
  return sizes
}

const sizeOf = ({ uses }: Workflow, inner: readonly Use[], sizes: ReadonlyMap<string, Size>): Size => ({
  depth: 1 + Math.max(0, ...inner.map(({ name }) => sizes.get(name)!.depth)),
  calls: uses.length + inner.reduce((sum, { name }) => sum + sizes.get(name)!.calls, 0),
})

/** A workflow that is too large by itself, not only because one inside of it is. */
function tooLarge({ inner }: Graph, sizes: ReadonlyMap<string, Size>, { name }: Workflow): Violation[] {
  const size = sizes.get(name)
  if (!size) return []
  const insides = inner.get(name)!.map((use) => ({ use, size: sizes.get(use.name)! }))
  const violations: Violation[] = []
  if (size.depth === MAX_DEPTH + 1) {
    const path = [name, ...deepestPath(inner, sizes, name)]
    const { use } = insides.find((inside) => inside.size.depth === MAX_DEPTH)!
    violations.push({
      pointer: use.pointer,
      part: use.part,
      code: 'workflow-too-deep',
      detail: `Workflows are nested ${size.depth} deep here (${path.join(' -> ')}); at most ${MAX_DEPTH} may be.`,
    })
  }
  if (size.calls > MAX_CALLS && insides.every((inside) => inside.size.calls <= MAX_CALLS)) {
    violations.push({
      pointer: '/stages',
      code: 'workflow-too-large',
      detail: `With the workflows it calls unfolded it makes ${size.calls} calls; at most ${MAX_CALLS} fit in one run.`,
    })
  }
  return violations
}

/** The names below `name` along the deepest nesting; at most `MAX_DEPTH` where it is called. */
function deepestPath(inner: Graph['inner'], sizes: ReadonlyMap<string, Size>, name: string): string[] {
  const path: string[] = []
  for (let depth = sizes.get(name)!.depth - 1, at = name; depth > 0; depth -= 1) {
    at = inner.get(at)!.find((use) => sizes.get(use.name)!.depth === depth)!.name
    path.push(at)
  }
  return path
}

/**
 * One violation for each workflow of each circle found. What has no size lies on a circle or leads into one, so
 * following the first such use from any of them must end in a circle; every name is walked over once.
 */
function findCircles({ inner }: Graph, sizes: ReadonlyMap<string, Size>): Map<string, Violation[]> {
  const found = new Map<string, Violation[]>()
  const next = (name: string): Use => inner.get(name)!.find((use) => !sizes.has(use.name))!
  const walked = new Set<string>()
  for (const start of inner.keys()) {
    const steps: string[] = []
    let at = start
    while (!sizes.has(at) && !walked.has(at)) {
      walked.add(at)
      steps.push(at)
      at = next(at).name
    }
    const from = steps.indexOf(at)
    if (from < 0) continue
    const circle = steps.slice(from)
    circle.forEach((name, index) => {
      found.set(name, [circular(next(name), [...circle.slice(index), ...circle.slice(0, index), name])])
    })
  }
  return found
}

function circular({ pointer, part }: Use, path: readonly string[]): Violation {
  const shown =
    path.length <= MAX_NAMES_SHOWN ? path : [...path.slice(0, MAX_NAMES_SHOWN - 2), '...', ...path.slice(-1)]
  const detail = `This workflow would call itself without end: ${shown.join(' -> ')}. Remove one of these stages.`
  return { pointer, part, code: 'workflow-cycle', detail }
}
