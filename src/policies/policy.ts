/**
 * Which models and tools a tenant may use. Two places say so: the operator in the database, the tenant on its branch
 * (`config/policy.yaml`); what either leaves out is not allowed. Pure.
 */

export type Policy = {
  /** null = all; an empty set allows none. */
  allowedModels: ReadonlySet<string> | null
  allowedTools: ReadonlySet<string> | null
}

export type PolicySubject = { kind: 'model' | 'tool'; name: string }

/** Whose rule refuses it. */
export type PolicyDecision = { kind: 'allowed' } | { kind: 'denied'; by: 'operator' | 'branch'; reason: string }

export const ALL_ALLOWED: Policy = { allowedModels: null, allowedTools: null }

const ALLOWED: PolicyDecision = { kind: 'allowed' }

/** Both have to allow it; the first that does not is named, the operator before the branch. */
export function decide(policies: { operator: Policy; branch: Policy }, subject: PolicySubject): PolicyDecision {
  for (const by of SIDES) {
    const policy = policies[by]
    const names = subject.kind === 'model' ? policy.allowedModels : policy.allowedTools
    if (names && !names.has(subject.name)) return { kind: 'denied', by, reason: reasonOf(subject, [...names], by) }
  }
  return ALLOWED
}

const SIDES = ['operator', 'branch'] as const

const SOURCES = {
  operator: "the operator's settings of this tenant",
  branch: 'config/policy.yaml on its branch',
} as const

function reasonOf({ kind, name }: PolicySubject, names: readonly string[], by: keyof typeof SOURCES): string {
  const allowed = names.length > 0 ? `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'}` : `no ${kind} is`
  return `The ${kind} "${name}" is not allowed: ${allowed} by ${SOURCES[by]}.`
}
