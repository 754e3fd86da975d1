/**
 * Says in the words of a workflow what a schema can only say in its own: that a text does not match a pattern tells
 * nobody how to write a duration. Pure.
 */
import type { Violation } from '../documents/violation.ts'
import { DURATION_FORM } from './duration.ts'

type Explanation = { codes: readonly string[]; at: RegExp; detail: string }

const EXPLANATIONS: readonly Explanation[] = [
  {
    codes: ['pattern', 'wrong-type'],
    at: /(?:^|\/stages\/\d+)\/timeout$/,
    detail: `This is no duration: write ${DURATION_FORM}, as text.`,
  },
  {
    codes: ['pattern'],
    at: /(?:^|\/stages\/\d+)\/name$/,
    detail: 'This is no name: write a letter and up to 63 more of letters, digits, "_", "." and "-".',
  },
  {
    codes: ['too-few', 'too-many', 'too-short', 'wrong-type'],
    at: /^\/stages\/\d+(?:\/activities\/\d+)?$/,
    detail:
      'This is no stage: write the name of a tool or workflow, {that name: {fixed inputs}} with one key, or a group {name, activities: [...]}.',
  },
]

/** `violation` with a better sentence, where there is one. */
export function explained(violation: Violation): Violation {
  const found = EXPLANATIONS.find(({ codes, at }) => codes.includes(violation.code) && at.test(violation.pointer))
  return found ? { ...violation, detail: found.detail } : violation
}
