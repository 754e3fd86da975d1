/**
 * Functions over whole lists. `sum`, `min` and `max` are those of Kubernetes' list library, `sort` and `distinct` those
 * of the lists extension of cel-go. Each takes time in proportion to the list, `sort` a logarithm more.
 * Sources: https://kubernetes.io/docs/reference/using-api/cel/, https://pkg.go.dev/github.com/google/cel-go/ext#Lists
 */
import { type Environment, EvaluationError } from '@marcbachmann/cel-js'

type Comparable = number | bigint | string

const isNumber = (item: unknown): item is number | bigint => typeof item === 'number' || typeof item === 'bigint'
const isText = (item: unknown): item is string => typeof item === 'string'

/** By UTF-16 code units for text: the same on every machine, whatever its locale. */
const compare = (a: Comparable, b: Comparable): number => (a < b ? -1 : a > b ? 1 : 0)

/** A double whatever is added, 0 for an empty list. */
function sum(list: readonly unknown[]): number {
  let total = 0
  for (const [index, item] of list.entries()) {
    if (!isNumber(item)) throw new EvaluationError(`sum() adds up numbers, and item ${index} of the list is not one`)
    total += Number(item)
  }
  return total
}

function comparables(list: readonly unknown[], method: string): readonly Comparable[] {
  if (list.every(isNumber) || list.every(isText)) return list
  throw new EvaluationError(`${method}() needs a list of numbers alone or of text alone`)
}

function extreme(list: readonly unknown[], method: 'min' | 'max'): Comparable {
  const items = comparables(list, method)
  if (items.length === 0) throw new EvaluationError(`${method}() of an empty list; ask size(...) > 0 first`)
  const sign = method === 'min' ? 1 : -1
  return items.reduce((best, item) => (compare(item, best) * sign < 0 ? item : best))
}

/** Values nest no deeper than a file or a request may, so this cannot run out of stack. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (isNumber(value)) return String(value)
  if (isText(value)) return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw new EvaluationError('distinct() compares what JSON can say; write string(...) of such a value first')
  }
  const members = Object.entries(value).sort(([a], [b]) => compare(a, b))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`
}

/** The first of each set of equal items, in the order of the list. */
function distinct(list: readonly unknown[]): unknown[] {
  const seen = new Map<string, unknown>()
  for (const item of list) {
    const text = canonical(item)
    if (!seen.has(text)) seen.set(text, item)
  }
  return [...seen.values()]
}

export function registerListFunctions(environment: Environment): void {
  environment.registerFunction('list.sum(): double', sum)
  environment.registerFunction('list.min(): dyn', (list: unknown[]) => extreme(list, 'min'))
  environment.registerFunction('list.max(): dyn', (list: unknown[]) => extreme(list, 'max'))
  environment.registerFunction('list.sort(): list', (list: unknown[]) => comparables(list, 'sort').toSorted(compare))
  environment.registerFunction('list.distinct(): list', distinct)
}
