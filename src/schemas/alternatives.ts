/**
 * `anyOf` and `oneOf` report every branch that failed, most of it noise. Here the branch that was probably meant is
 * found, and only its errors are told; where no branch stands out, one sentence lists the choices. Pure.
 */
import type { ErrorObject } from 'ajv'
import type { Violation } from '../documents/violation.ts'
import { isJsonObject } from '../kernel/json.ts'
import { listed, shown, violationOf } from './error-details.ts'

const MAX_CHOICES = 4

/** What `union` (an `anyOf` or `oneOf` error) and the errors of its branches come to. */
export function tellAlternatives(union: ErrorObject, branchErrors: readonly ErrorObject[]): Violation[] {
  const at = union.instancePath
  const passing: unknown = union.params.passingSchemas
  const keys = requiredKeys(union.schema)
  if (Array.isArray(passing)) {
    const detail = keys
      ? `Only one of ${listed(keys, 'and')} may be here; remove the others.`
      : 'This value fits more than one of the allowed forms; it has to fit exactly one.'
    return [{ pointer: at, code: 'ambiguous', detail }]
  }
  if (keys) return [{ pointer: at, code: 'missing-key', detail: `One of ${listed(keys, 'and')} is missing; add one.` }]

  const branches = byBranch(union, branchErrors)
  const meant = branches.filter((errors) => !errors.some((error) => isMismatch(error, at)))
  if (meant.length === 0) return [mismatch(union, branches)]
  const fewest = Math.min(...meant.map((errors) => errors.length))
  const best = meant.filter((errors) => errors.length === fewest)
  if (best.length === 1) return best[0]!.map(violationOf)
  const choices = best.slice(0, MAX_CHOICES).map((errors) => errors.map((error) => violationOf(error).detail).join(' '))
  return [{ pointer: at, code: 'no-match', detail: `None of the allowed forms fits: ${choices.join(' Or: ')}` }]
}

/** The keys between which a union chooses, where each branch does no more than require one. */
export function requiredKeys(branches: unknown): string[] | undefined {
  if (!Array.isArray(branches)) return undefined
  const keys = branches.map((branch: unknown) => {
    if (!isJsonObject(branch) || !Array.isArray(branch.required) || branch.required.length !== 1) return undefined
    const others = Object.keys(branch).filter((keyword) => keyword !== 'required' && keyword !== 'not')
    return others.length === 0 && typeof branch.required[0] === 'string' ? branch.required[0] : undefined
  })
  return keys.every((key) => key !== undefined) ? keys : undefined
}

/** The errors of each branch. They come in the branches' order; one below a `$ref` belongs to the branch before it. */
function byBranch(union: ErrorObject, errors: readonly ErrorObject[]): ErrorObject[][] {
  const prefixes = Array.isArray(union.schema)
    ? union.schema.map((branch: unknown, index) =>
        isJsonObject(branch) && typeof branch.$ref === 'string' ? branch.$ref : `${union.schemaPath}/${index}`,
      )
    : []
  const branches: ErrorObject[][] = prefixes.map(() => [])
  let current = 0
  for (const error of errors) {
    const own = prefixes.findIndex((prefix) => error.schemaPath.startsWith(`${prefix}/`))
    if (own !== -1) current = own
    branches[current]?.push(error)
  }
  return branches.filter((branch) => branch.length > 0)
}

/** Whether the error says that another branch was meant: the type is another, or a key that tells branches apart is. */
function isMismatch({ keyword, instancePath }: ErrorObject, at: string): boolean {
  if (keyword === 'type') return instancePath === at
  return keyword === 'const' && instancePath.startsWith(at) && !instancePath.slice(at.length + 1).includes('/')
}

/** No branch takes this type or constant: what the branches would take. */
function mismatch(union: ErrorObject, branches: readonly ErrorObject[][]): Violation {
  const decisive = branches.flatMap((errors) => errors.filter((error) => isMismatch(error, union.instancePath)))
  const first = decisive[0]
  if (first && decisive.every(({ keyword }) => keyword === 'type')) {
    const types = [...new Set(decisive.flatMap(({ params }) => params.type as unknown))]
    return violationOf({ ...first, params: { type: types } })
  }
  const constants = decisive.filter(({ keyword }) => keyword === 'const')
  if (constants[0] && constants.every(({ instancePath }) => instancePath === constants[0]?.instancePath)) {
    const allowedValues = constants.map(({ params }) => params.allowedValue as unknown)
    return violationOf({ ...constants[0], keyword: 'enum', params: { allowedValues } })
  }
  return {
    pointer: union.instancePath,
    code: 'no-match',
    detail: `None of the allowed forms fits; found ${shown(union.data)}.`,
  }
}
