/**
 * Who decides at a place, and how a list is merged there, where a schema or `config/merge.yaml` says so.
 * A pattern is an RFC 6901 pointer in which a token `*` stands for any one key or index.
 */
import { pointerTokens } from '../../../kernel/json.ts'

/** `atomic`: taken whole. `set`: unique values. `ordered`: aligned like lines. `map`: items are known by a member. */
export type ArrayPolicy = 'atomic' | 'set' | 'ordered' | { map: readonly string[] }

export type MergePolicies = {
  arrays?: readonly { pattern: string; policy: ArrayPolicy }[]
  /** The side whose value stands below the pattern, whatever the other did. */
  owners?: readonly { pattern: string; owner: 'ours' | 'theirs' }[]
}

/** The policies in a form that is quick to ask; the first pattern that fits decides. */
export type Policies = {
  readonly hasOwners: boolean
  array(pointer: string): ArrayPolicy | undefined
  owner(pointer: string): 'ours' | 'theirs' | undefined
}

export function compilePolicies({ arrays = [], owners = [] }: MergePolicies): Policies {
  const arrayRules = arrays.map(({ pattern, policy }) => ({ fits: matcher(pattern), policy }))
  const ownerRules = owners.map(({ pattern, owner }) => ({ fits: matcher(pattern), owner }))
  return {
    hasOwners: ownerRules.length > 0,
    array: (pointer) => arrayRules.find(({ fits }) => fits(pointer))?.policy,
    owner: (pointer) => ownerRules.find(({ fits }) => fits(pointer))?.owner,
  }
}

function matcher(pattern: string): (pointer: string) => boolean {
  const wanted = pointerTokens(pattern)
  return (pointer) => {
    const tokens = pointerTokens(pointer)
    return tokens.length === wanted.length && wanted.every((token, i) => token === '*' || token === tokens[i])
  }
}
