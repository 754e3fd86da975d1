/**
 * What differs between two JSON values, pointer by pointer. Pure; values come out of documents, whose depth is bounded.
 * Objects are compared by key. Lists of one length are compared item by item; of different lengths as a whole, since
 * which item went where is not known.
 */
import { childPointer, isJsonObject, type Json } from '../kernel/json.ts'

export type ValueChange =
  | { pointer: string; change: 'added'; to: Json }
  | { pointer: string; change: 'removed'; from: Json }
  | { pointer: string; change: 'changed'; from: Json; to: Json }

/** @param before undefined where there was nothing; likewise `after` */
export function* valueChanges(before: Json | undefined, after: Json | undefined, pointer = ''): Generator<ValueChange> {
  if (before === undefined) {
    if (after !== undefined) yield { pointer, change: 'added', to: after }
  } else if (after === undefined) yield { pointer, change: 'removed', from: before }
  else if (isJsonObject(before) && isJsonObject(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      yield* valueChanges(ownMember(before, key), ownMember(after, key), childPointer(pointer, key))
    }
  } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const [index, item] of before.entries()) {
      yield* valueChanges(item, after[index], childPointer(pointer, index))
    }
  } else if (!isEqual(before, after)) yield { pointer, change: 'changed', from: before, to: after }
}

const ownMember = (value: { [key: string]: Json }, key: string): Json | undefined =>
  Object.hasOwn(value, key) ? value[key] : undefined

/** Where one of them is no container, or they are lists of different lengths. */
const isEqual = (one: Json, other: Json): boolean =>
  (typeof one !== 'object' && one === other) || (one === null && other === null)
