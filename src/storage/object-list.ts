/** Git objects one after the other, as a column holds them: a letter for the type, the id, the length, the bytes. Pure. */
import type { ObjectType } from '../git/objects/object-id.ts'
import type { NewObject } from '../git/objects/pack-entry.ts'
import type { Oid } from '../kernel/ids.ts'

const LETTERS: Readonly<Record<ObjectType, string>> = { commit: 'c', tree: 't', blob: 'b' }
const TYPES = new Map(Object.entries(LETTERS).map(([type, letter]) => [letter.charCodeAt(0), type as ObjectType]))

const OID_BYTES = 20
const HEAD_BYTES = 1 + OID_BYTES + 4

export function encodeObjects(objects: readonly NewObject[]): Buffer {
  const parts = objects.flatMap(({ type, oid, bytes }) => {
    const head = Buffer.allocUnsafe(HEAD_BYTES)
    head.write(LETTERS[type], 0, 'latin1')
    head.write(oid, 1, 'hex')
    head.writeUInt32BE(bytes.length, 1 + OID_BYTES)
    return [head, bytes]
  })
  return Buffer.concat(parts)
}

/** @throws RangeError where `list` is none that `encodeObjects` made */
export function decodeObjects(list: Buffer): NewObject[] {
  const objects: NewObject[] = []
  for (let at = 0; at < list.length; ) {
    const type = TYPES.get(list[at] ?? 0)
    if (type === undefined) throw new RangeError(`no type of object begins at byte ${at}`)
    const oid = list.toString('hex', at + 1, at + 1 + OID_BYTES) as Oid
    const end = at + HEAD_BYTES + list.readUInt32BE(at + 1 + OID_BYTES)
    objects.push({ type, oid, bytes: list.subarray(at + HEAD_BYTES, end) })
    at = end
  }
  return objects
}
