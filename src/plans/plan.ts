/**
 * What a plan allows, and what is left of it for one tenant. Pure.
 * Invariant: inside of the product `null` is "unlimited"; `-1` is how people write it in files and bodies.
 */

/** What is counted and refused past it. Whole numbers from 0; null = unlimited. */
export type Limits = {
  users: number | null
  apiCallsPerMonth: number | null
}

/** A tenant's own; what is absent is the plan's. */
export type LimitOverrides = Readonly<Partial<Limits>>

export type Plan = {
  readonly name: string
  readonly limits: Readonly<Limits>
  readonly features: readonly string[]
}

/** The plan of whoever has no other. It is there in every installation, and no file redefines it. */
export const UNLIMITED: Plan = {
  name: 'unlimited',
  limits: { users: null, apiCallsPerMonth: null },
  features: [],
}

/** A tenant's own limit stands in place of its plan's, a wider one too. */
export const effectiveLimits = (plan: Plan, own: LimitOverrides): Limits => ({ ...plan.limits, ...own })

/** How the limits are called in files and bodies. */
export type WrittenLimits = { users?: number; api_calls_per_month?: number }

const WRITTEN_NAMES = {
  users: 'users',
  api_calls_per_month: 'apiCallsPerMonth',
} as const satisfies Record<keyof WrittenLimits, keyof Limits>

const MEMBERS = Object.entries(WRITTEN_NAMES) as [keyof WrittenLimits, keyof Limits][]
const WRITTEN_UNLIMITED = -1

/** Only the members that are written. */
export const readLimits = (written: WrittenLimits): LimitOverrides =>
  Object.fromEntries(
    MEMBERS.flatMap(([name, member]) => {
      const value = written[name]
      return value === undefined ? [] : [[member, value === WRITTEN_UNLIMITED ? null : value]]
    }),
  )

/** Only the members that are there. */
export const writeLimits = (limits: LimitOverrides): WrittenLimits =>
  Object.fromEntries(
    MEMBERS.flatMap(([name, member]) => {
      const value = limits[member]
      return value === undefined ? [] : [[name, value ?? WRITTEN_UNLIMITED]]
    }),
  )

/** JSON Schema of the members that hold limits. */
export const LIMIT_PROPERTIES = {
  users: { type: 'integer', minimum: -1, description: 'How many users; -1 = unlimited.' },
  api_calls_per_month: { type: 'integer', minimum: -1, description: 'Requests in a calendar month; -1 = unlimited.' },
} as const
