/**
 * Who decides at a place, and how a list is merged there, where a schema or `config/merge.yaml` says so.
 * A pattern is an RFC 6901 pointer in which a token `*` stands for any one key or index.
 */
import { pointerTokens } from '../../../kernel/json.ts'

/**
 * `atomic`: taken whole. `set`: unique values. `ordered`: places matter, so that two things put in one place are a
 * question. `map`: items are known by members, all of them together.
 */
export type ArrayPolicy = 'atomic' | 'set' | 'ordered' | { map: readonly string[] }

/** The side whose value stands, whatever the other did; or the changes of both. */
export type Owner = 'ours' | 'theirs' | 'both'

export type MergePolicies = {
  /** The first pattern that fits counts. */
  arrays?: readonly { pattern: string; policy: ArrayPolicy }[]
  /** What a pattern says holds for all below, until a longer pattern fits; of equally long ones the first counts. */
  owners?: readonly { pattern: string; owner: Owner }[]
}

/** The policies in a form that is quick to ask. */
export type Policies = {
  readonly hasOwners: boolean
  array(pointer: string): ArrayPolicy | undefined
  /** What is said of this very place. */
  owner(pointer: string): Owner | undefined
  /** Whether something is said of places below. */
  ownsBelow(pointer: string): boolean
}

const UNRULED: Policies = {
  hasOwners: false,
  array: () => undefined,
  owner: () => undefined,
  ownsBelow: () => false,
}

export function compilePolicies({ arrays = [], owners = [] }: MergePolicies): Policies {
  if (arrays.length === 0 && owners.length === 0) return UNRULED
  const arrayRules = arrays.map(({ pattern, policy }) => ({ tokens: pointerTokens(pattern), policy }))
  const ownerRules = owners.map(({ pattern, owner }) => ({ tokens: pointerTokens(pattern), owner }))
  return {
    hasOwners: ownerRules.length > 0,
    array: (pointer) => {
      const tokens = pointerTokens(pointer)
      return arrayRules.find((rule) => isAt(rule.tokens, tokens))?.policy
    },
    owner: (pointer) => {
      const tokens = pointerTokens(pointer)
      return ownerRules.find((rule) => isAt(rule.tokens, tokens))?.owner
    },
    ownsBelow: (pointer) => {
      const tokens = pointerTokens(pointer)
      return ownerRules.some((rule) => rule.tokens.length > tokens.length && beginsAt(rule.tokens, tokens))
    },
  }
}

const isAt = (pattern: readonly string[], tokens: readonly string[]): boolean =>
  pattern.length === tokens.length && beginsAt(pattern, tokens)

const beginsAt = (pattern: readonly string[], tokens: readonly string[]): boolean =>
  tokens.every((token, i) => pattern[i] === '*' || pattern[i] === token)
