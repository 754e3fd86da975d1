/** The rules of `config/merge.yaml`, asked by path; each path is looked up once. */
import { LRUCache } from 'lru-cache'
import type { MergeRules } from '../merge/rules/merge-rules.ts'
import type { MergePolicies } from '../merge/values/policies.ts'
import type { PathOwners } from './trees/folder-merge.ts'

/** Paths of tenants' own files are of any number. */
const KEPT_PATHS = 10_000

export function ruledPaths(rules: MergeRules): { owners: PathOwners; policiesFor(path: string): MergePolicies } {
  const policies = new LRUCache<string, MergePolicies>({ max: KEPT_PATHS })
  const policiesFor = (path: string): MergePolicies => {
    const known = policies.get(path)
    if (known) return known
    const found = rules.policiesFor(path)
    policies.set(path, found)
    return found
  }
  const owners: PathOwners = rules.hasOwners
    ? {
        reaches: rules.ownsBelow,
        ownerOf: rules.ownerOf,
        reachesInto: (path) => (policiesFor(path).owners ?? []).length > 0,
      }
    : { reaches: () => false, ownerOf: () => undefined, reachesInto: () => false }
  return { owners, policiesFor }
}
