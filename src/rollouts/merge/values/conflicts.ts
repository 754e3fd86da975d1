/** The disagreements of a plan, in the order of the document. */
import type { Plan } from './plan.ts'

export type Disagreement = Extract<Plan, { do: 'conflict' }>

export function disagreements(plan: Plan): Disagreement[] {
  if (plan.do === 'conflict') return [plan]
  return plan.do === 'collection' ? plan.parts.flatMap((part) => disagreements(part.plan)) : []
}
