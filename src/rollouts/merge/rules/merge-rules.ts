/**
 * What `config/merge.yaml` of `main` says of a merge of `main` into a branch: the branch is ours, `main` is theirs. Pure.
 * Invariant: of the rules that speak of one place the last one counts; what the product's own files need comes first,
 * so that it can be overruled.
 */
import type { Json } from '../../../kernel/json.ts'
import type { MergePolicies, Owner } from '../values/policies.ts'
import type { MergeRule } from './definition.ts'
import { folderMatcher, pathMatcher } from './path-pattern.ts'

export type MergeRules = {
  /** Whether any path has an owner. */
  readonly hasOwners: boolean
  /** Whether a path below `folder`, which ends in a slash, may have an owner; `''` is the root. */
  ownsBelow(folder: string): boolean
  /**
   * Who decides whether `path` is there at all, where one side removed or added it; undefined where both have a say.
   * Where both sides have the file, `mergeFiles` decides with `policiesFor`.
   */
  ownerOf(path: string): 'ours' | 'theirs' | undefined
  /** What `mergeFiles` is to be told for the file at `path`. */
  policiesFor(path: string): MergePolicies
}

/** Stages run one after the other: two that are put in one place are a question, not a set. */
const OWN_RULES: readonly MergeRule[] = [
  { path: 'workflows/*', pointer: '/stages', list: 'ordered' },
  { path: 'workflows/*', pointer: '/stages/*/activities', list: 'ordered' },
]

const OWNERS = { tenant: 'ours', platform: 'theirs', merge: 'both' } as const satisfies Record<string, Owner>

/** @param value of a file that matches MERGE_SCHEMA; undefined where there is none */
export function mergeRulesOf(value: Json | undefined): MergeRules {
  const { rules: written = [] } = (value ?? {}) as { rules?: readonly MergeRule[] }
  const rules = [...OWN_RULES, ...written].reverse().map((rule) => ({ ...rule, fits: pathMatcher(rule.path) }))
  const owning = written.filter(({ owner }) => owner !== undefined).map(({ path }) => folderMatcher(path))
  return {
    hasOwners: owning.length > 0,
    ownsBelow: (folder) => owning.some((reaches) => reaches(folder)),
    ownerOf(path) {
      const rule = rules.find(({ fits, owner, pointer = '' }) => owner !== undefined && pointer === '' && fits(path))
      const owner = rule?.owner && OWNERS[rule.owner]
      return owner === 'both' ? undefined : owner
    },
    policiesFor(path) {
      const owners: { pattern: string; owner: Owner }[] = []
      const arrays: { pattern: string; policy: NonNullable<MergeRule['list']> }[] = []
      for (const { fits, pointer: pattern = '', owner, list } of rules) {
        if (!fits(path)) continue
        if (owner !== undefined) owners.push({ pattern, owner: OWNERS[owner] })
        if (list !== undefined) arrays.push({ pattern, policy: list })
      }
      return { owners, arrays }
    },
  }
}
