/** What a caller wants to run, by name or in words, and what that comes to on one snapshot. Pure. */
import { AppError } from '../kernel/errors.ts'
import type { JsonObject } from '../kernel/json.ts'
import { nearestName } from '../kernel/nearest-name.ts'
import type { Candidate } from '../routing/route.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { Execution } from './execution.ts'

export type Intent =
  | { kind: 'text'; text: string /** Laid over what the text gives. */; input: JsonObject }
  | { kind: 'tool' | 'workflow'; name: string; input: JsonObject }

export type ChosenRoute = {
  kind: 'tool' | 'workflow'
  name: string
  method: Execution['method']
  /** 0 to 1. */
  confidence: number
  arguments: JsonObject
}

/** @throws AppError `intent-not-found`, `intent-ambiguous`, `tool-not-found`, `workflow-not-found` */
export function routeOf(intent: Intent, snapshot: Snapshot): ChosenRoute {
  if (intent.kind !== 'text') {
    const { kind, name, input } = intent
    const names = kind === 'tool' ? snapshot.tools : snapshot.workflows
    if (!names.has(name)) throw unknownName(kind, name, [...names.keys()])
    return { kind, name, method: 'direct', confidence: 1, arguments: input }
  }
  const route = snapshot.router.route(intent.text)
  if (route.kind === 'match') {
    const { kind, name } = route.target
    const { method, confidence } = route
    return { kind, name, method, confidence, arguments: { ...route.arguments, ...intent.input } }
  }
  if (route.kind === 'ambiguous') {
    throw new AppError('intent-ambiguous', {
      detail: `The text fits ${named(route.candidates)} about as well; name the one that you mean.`,
      data: { candidates: route.candidates },
    })
  }
  throw new AppError('intent-not-found', {
    detail:
      route.nearest.length > 0
        ? `The text fits no tool or workflow of this tenant. Nearest: ${named(route.nearest)}.`
        : 'The text fits no tool or workflow of this tenant; /api/v1/tools lists them with what they understand.',
    data: { candidates: route.nearest },
  })
}

/** The 404 for a name that `known` does not have; it names the nearest, or else what there is. */
export function unknownName(kind: 'tool' | 'workflow', name: string, known: readonly string[]): AppError {
  const near = nearestName(name, known)
  const advice = near === undefined ? `It has: ${listed(known)}.` : `Did you mean "${near}"?`
  return new AppError(`${kind}-not-found`, { detail: `This tenant has no ${kind} "${name}". ${advice}` })
}

const MAX_LISTED = 20

const listed = (names: readonly string[]): string => {
  if (names.length === 0) return 'none'
  const shown = names.slice(0, MAX_LISTED).join(', ')
  return names.length > MAX_LISTED ? `${shown} and ${names.length - MAX_LISTED} more` : shown
}

const named = (candidates: readonly Candidate[]): string =>
  candidates.map(({ kind, name }) => `the ${kind} "${name}"`).join(' and ')
