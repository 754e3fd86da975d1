/**
 * A set of definitions, filed so that a text meets only those that it may lead to: by name and by pattern.
 *
 * Tenants differ from the trunk in a few definitions, so most of them share one large index (the base) and have a small
 * one of what is their own. What the base holds and the tenant has not is left out when it is asked.
 * Invariant: where a definition is filed depends on that definition alone; so whether it is found in the base or among
 * a tenant's own makes no difference to any answer.
 */
import { compareTargets } from './order.ts'
import { type FiledPatterns, filePatterns, type PatternEntry, patternsFor } from './pattern-index.ts'
import type { Definitions, Described, RouteTarget, TargetKind } from './route.ts'
import { type TidyText, tidy } from './text.ts'

export type Defined = { target: RouteTarget; definition: Described }

type Filed = {
  /** By the name's tidy, folded form. */
  names: ReadonlyMap<string, readonly Defined[]>
  patterns: FiledPatterns
}

export type Base = { definitions: Definitions; filed: Filed }

const KINDS: readonly TargetKind[] = ['tool', 'workflow']

export type DefinitionIndex = {
  /** Those called so; `folded` is tidy and without upper case. In the order of `compareTargets`. */
  called(folded: string): readonly RouteTarget[]
  /** The patterns that `text` can fit, the most specific first. */
  patternsFor(text: TidyText): readonly PatternEntry[]
}

export const baseOf = (definitions: Definitions): Base => ({ definitions, filed: file(definedIn(definitions)) })

/** Those of `definitions` that `base` has not. Nothing is made for the hundred that it has. */
export function ownOf(definitions: Definitions, base: Base): Defined[] {
  const own: Defined[] = []
  for (const kind of KINDS) {
    const inBase = base.definitions[kind]
    for (const [name, definition] of definitions[kind]) {
      if (inBase.get(name) !== definition) own.push({ target: { kind, name }, definition })
    }
  }
  return own
}

/** @param own what `ownOf` gave for the two */
export function indexOver(base: Base, definitions: Definitions, own: readonly Defined[]): DefinitionIndex {
  const ours = file(own)
  const isOurs = (defined: Defined): boolean => isIn(definitions, defined)
  return {
    called(folded) {
      const inBase = base.filed.names.get(folded)?.filter(isOurs) ?? []
      const found = [...inBase, ...(ours.names.get(folded) ?? [])]
      return found.map(({ target }) => target).sort(compareTargets)
    },
    patternsFor: (text) => patternsFor(text, [base.filed.patterns, ours.patterns], isOurs),
  }
}

export const definedIn = (definitions: Definitions): Defined[] =>
  KINDS.flatMap((kind) =>
    Array.from(definitions[kind], ([name, definition]): Defined => ({ target: { kind, name }, definition })),
  )

const isIn = (definitions: Definitions, { target, definition }: Defined): boolean =>
  definitions[target.kind].get(target.name) === definition

function file(defined: readonly Defined[]): Filed {
  const names = new Map<string, Defined[]>()
  for (const each of defined) {
    const key = tidy(each.target.name).folded
    const group = names.get(key)
    if (group) group.push(each)
    else names.set(key, [each])
  }
  return { names, patterns: filePatterns(defined) }
}
