/**
 * What is wrong with a call that no function takes, and which ones there are: none has that name, or those that have it
 * take other values. Pure.
 */
import type { ASTNode, Environment } from '@marcbachmann/cel-js'
import { nearestName } from '../../kernel/nearest-name.ts'
import { LINEAR_MATCHES } from './environment.ts'
import { MATH_TYPE } from './number-functions.ts'

export type CallNode = Extract<ASTNode, { op: 'call' | 'rcall' }>

type Signature = {
  name: string
  /** Whether it stands after a value and a dot. */
  isMethod: boolean
  /** As people write it, with types for the values: `list.sum()`, `math.round(double, int)`. */
  written: string
}

const MAX_LISTED = 4

/** What the library calls its types, and what people write in their place. */
const PLAIN_TYPES: readonly (readonly [theirs: RegExp, ours: string])[] = [
  [/dyn<([^<>]*)>/g, '$1'],
  [/<[^<>]*>/g, ''],
  [/<[^<>]*>/g, ''],
  [/\b(\w+)Namespace\b/g, '$1'],
  [/\bgoogle\.protobuf\./g, ''],
  [/\bast\b/g, '...'],
  [new RegExp(LINEAR_MATCHES, 'g'), 'matches'],
]

const plain = (text: string): string =>
  PLAIN_TYPES.reduce((written, [theirs, ours]) => written.replace(theirs, ours), text).replace(
    /\b(?:Math|Cel|Optional|Timestamp|Duration)\b/g,
    (word) => word.toLowerCase(),
  )

const code = (text: string): string => `\`${text}\``

function written(receiver: string | null, name: string, types: readonly string[]): string {
  const text = plain(`${receiver === null ? '' : `${receiver}.`}${name}(${types.join(', ')})`)
  // These take whole numbers and doubles alike, in every combination.
  return receiver === MATH_TYPE ? text.replace(/\b(?:int|double)\b/g, 'number') : text
}

const signaturesOf = (environment: Environment): Signature[] =>
  environment
    .getDefinitions()
    .functions.filter(({ name }) => name !== LINEAR_MATCHES)
    .map(({ name, receiverType, params }) => {
      const types = params.map(({ type }) => type)
      return { name, isMethod: receiverType !== null, written: written(receiverType, name, types) }
    })

function listed(signatures: readonly Signature[]): string {
  const all = [...new Set(signatures.map((signature) => signature.written))]
  const more = all.length > MAX_LISTED ? ` and ${all.length - MAX_LISTED} more` : ''
  return all.slice(0, MAX_LISTED).map(code).join(', ') + more
}

/** Functions that stand where the call does: after a value of its type, if that is known, or by themselves. */
function inItsPlace(signatures: readonly Signature[], isMethod: boolean, receiver: string): readonly Signature[] {
  const alike = signatures.filter((signature) => signature.isMethod === isMethod)
  const ofReceiver = alike.filter((signature) => isMethod && signature.written.startsWith(`${receiver}.`))
  return ofReceiver.length > 0 ? ofReceiver : alike
}

/** `summary` is the library's, which ends with the call in quotes and the types of its values. */
export function callProblem({ op, args: [called] }: CallNode, summary: string, environment: Environment): string {
  const name = called === LINEAR_MATCHES ? 'matches' : called
  const isMethod = op === 'rcall'
  const attempt = plain(/'(.*)'$/.exec(summary)?.[1] ?? name)
  const signatures = signaturesOf(environment)
  const namesakes = signatures.filter((signature) => signature.name === name)
  if (namesakes.some((signature) => signature.isMethod === isMethod)) {
    const needsWhole = /\bdouble\b/.test(attempt) && namesakes.some((signature) => /\bint\b/.test(signature.written))
    const whole = needsWhole ? '; a number of JSON is a double, and int(...) makes it whole' : ''
    return `no function takes ${code(attempt)}; there is ${listed(namesakes)}${whole}`
  }
  const receiver = isMethod ? attempt.slice(0, attempt.indexOf(`.${name}(`)) : ''
  const unknown = `there is no function ${code(`${isMethod ? `${receiver}.` : ''}${name}(...)`)}`
  if (namesakes.length > 0) return `${unknown}; write ${listed(namesakes)}`
  const near = nearestName(name, new Set(signatures.map((signature) => signature.name)))
  if (near) return `${unknown}; did you mean ${listed(signatures.filter((signature) => signature.name === near))}?`
  const names = new Set(inItsPlace(signatures, isMethod, receiver).map((signature) => signature.name))
  return `${unknown}; there are ${[...names].sort().join(', ')}`
}
