/**
 * JSON Patch (RFC 6902): all six operations, all of them or none. Pure: values are shared, never changed.
 * Invariant: what a patch costs is bounded, also where `copy` doubles the document again and again.
 */
import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type Json, pointerTokens, valueAt } from '../kernel/json.ts'

export type PatchOperation =
  | { op: 'add' | 'replace' | 'test'; path: string; value: Json }
  | { op: 'remove'; path: string }
  | { op: 'move' | 'copy'; path: string; from: string }

/** Why a patch does not apply: which of its operations, at which place of the document, and what is wrong there. */
export type PatchRefusal = { kind: 'test-failed' | 'not-applicable'; index: number; pointer: string; detail: string }

export type Patched = { kind: 'patched'; value: Json } | PatchRefusal

/** Values that copies and additions may put into one document; a file holds fewer. */
const MAX_ADDED_NODES = 20_000

/** Applies `operations` in order to `document`, which stays as it is. */
export function applyPatch(document: Json, operations: readonly PatchOperation[]): Patched {
  let value = document
  let room = MAX_ADDED_NODES
  for (const [index, operation] of operations.entries()) {
    try {
      if (operation.op === 'copy') room = roomAfter(read(value, operation.from), room)
      else if (operation.op === 'add' || operation.op === 'replace') room = roomAfter(operation.value, room)
      value = applyOne(value, operation)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return { kind: error.kind, index, pointer: error.pointer, detail: error.message }
    }
  }
  return { kind: 'patched', value }
}

class Refused extends Error {
  readonly kind: PatchRefusal['kind']
  readonly pointer: string

  constructor(pointer: string, detail: string, kind: PatchRefusal['kind'] = 'not-applicable') {
    super(detail)
    this.kind = kind
    this.pointer = pointer
  }
}

function applyOne(document: Json, operation: PatchOperation): Json {
  const { path } = operation
  switch (operation.op) {
    case 'add':
      return put(document, path, operation.value, 'add')
    case 'replace':
      return put(document, path, operation.value, 'replace')
    case 'remove':
      return take(document, path)
    case 'copy':
      return put(document, path, read(document, operation.from), 'add')
    case 'move': {
      const { from } = operation
      if (path !== from && path.startsWith(`${from}/`)) {
        throw new Refused(path, `A value cannot be moved into itself, from ${named(from)} to ${named(path)}.`)
      }
      const moved = read(document, from)
      return path === from ? document : put(take(document, from), path, moved, 'add')
    }
    case 'test': {
      const found = read(document, path)
      if (isDeepStrictEqual(found, operation.value)) return document
      throw new Refused(path, `${named(path)} is ${brief(found)}, not ${brief(operation.value)}.`, 'test-failed')
    }
  }
}

function read(document: Json, pointer: string): Json {
  const found = valueAt(document, pointerTokens(pointer)) as Json | undefined
  if (found === undefined) throw new Refused(pointer, `There is nothing at ${named(pointer)}.`)
  return found
}

/** The document with `value` at `pointer`: in place of what is there, or as a new member or item. */
function put(document: Json, pointer: string, value: Json, how: 'add' | 'replace'): Json {
  return change(document, pointerTokens(pointer), pointer, value, (parent, token) => {
    if (!Array.isArray(parent)) {
      if (how === 'replace') requireMember(parent, token, pointer)
      return { ...parent, [token]: value }
    }
    const at = how === 'add' && token === '-' ? parent.length : placeIn(parent, token, pointer, how === 'add' ? 1 : 0)
    return parent.toSpliced(at, how === 'add' ? 0 : 1, value)
  })
}

function take(document: Json, pointer: string): Json {
  if (pointer === '') throw new Refused('', 'The whole document cannot be removed; delete the file instead.')
  return change(document, pointerTokens(pointer), pointer, null, (parent, token) => {
    if (Array.isArray(parent)) return parent.toSpliced(placeIn(parent, token, pointer, 0), 1)
    requireMember(parent, token, pointer)
    const { [token]: _gone, ...rest } = parent
    return rest
  })
}

type Collection = Json[] | { [key: string]: Json }

/** Goes to the parent of the last token and puts what `at` makes of it in its place; `whole` is for the empty pointer. */
function change(
  node: Json,
  tokens: readonly string[],
  pointer: string,
  whole: Json,
  at: (parent: Collection, token: string) => Json,
): Json {
  const [token, ...rest] = tokens
  if (token === undefined) return whole
  if (!Array.isArray(node) && !isJsonObject(node)) {
    throw new Refused(pointer, `${named(pointer)} leads through ${brief(node)}, which has no members.`)
  }
  if (rest.length === 0) return at(node, token)
  if (Array.isArray(node)) {
    const place = placeIn(node, token, pointer, 0)
    return node.with(place, change(node[place]!, rest, pointer, whole, at))
  }
  requireMember(node, token, pointer)
  return { ...node, [token]: change(node[token]!, rest, pointer, whole, at) }
}

function requireMember(object: { [key: string]: Json }, token: string, pointer: string): void {
  if (!Object.hasOwn(object, token)) throw new Refused(pointer, `There is nothing at ${named(pointer)}.`)
}

/** The place that `token` names in `list`; `beyond` is 1 where the place after the last will do. */
function placeIn(list: readonly Json[], token: string, pointer: string, beyond: 0 | 1): number {
  const place = /^(?:0|[1-9]\d*)$/.test(token) ? Number(token) : Number.NaN
  if (place < list.length + beyond) return place
  const last = list.length - 1 + beyond
  const right = last < 0 ? 'the list is empty' : `its places are 0 to ${last}${beyond ? ', or - for the end' : ''}`
  throw new Refused(pointer, `${named(pointer)} names no place of the list: ${right}.`)
}

function roomAfter(value: Json, room: number): number {
  let left = room
  const pending: Json[] = [value]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    left -= 1
    if (left < 0) throw new Refused('', `This patch adds more than ${MAX_ADDED_NODES} values.`)
    if (Array.isArray(next)) pending.push(...next)
    else if (isJsonObject(next)) pending.push(...Object.values(next))
  }
  return left
}

const named = (pointer: string): string => (pointer === '' ? 'the whole document' : pointer)

const BRIEF_LENGTH = 60

function brief(value: Json): string {
  const text = JSON.stringify(value)
  return text.length > BRIEF_LENGTH ? `${text.slice(0, BRIEF_LENGTH - 3)}...` : text
}
