/**
 * Objects that were written or read a moment ago, in memory, in front of those on disk: a commit is validated before
 * anything of it is written, and the next commit of the branch begins with the trees of the one before.
 * Invariant: the key is a hash of the bytes, so nothing here can be stale, or another tenant's.
 */
import { LRUCache } from 'lru-cache'
import type { Oid } from '../../kernel/ids.ts'
import type { ObjectReader } from './cat-file.ts'
import type { NewObject } from './pack-entry.ts'

export type FreshObjects = {
  get(oid: Oid): NewObject | undefined
  /** May be dropped again where room is needed. */
  remember(object: NewObject): void
  /** They stay, whatever the room, until they are on the disk (`keep`: remembered like others) or never will be (`drop`). */
  hold(objects: readonly NewObject[]): HeldObjects
}

export type HeldObjects = { keep(): void; drop(): void }

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024

export function createFreshObjects(maxBytes = DEFAULT_MAX_BYTES): FreshObjects {
  const recent = new LRUCache<Oid, NewObject>({ maxSize: maxBytes, sizeCalculation: ({ bytes }) => bytes.length + 100 })
  const held = new Map<Oid, { object: NewObject; holders: number }>()

  return {
    get: (oid) => held.get(oid)?.object ?? recent.get(oid),
    remember: (object) => void recent.set(object.oid, object),
    hold(objects) {
      for (const object of objects) {
        const entry = held.get(object.oid)
        if (entry) entry.holders += 1
        else held.set(object.oid, { object, holders: 1 })
      }
      return {
        keep() {
          for (const object of objects) recent.set(object.oid, object)
          letGo(objects)
        },
        drop: () => letGo(objects),
      }
    },
  }

  function letGo(objects: readonly NewObject[]): void {
    for (const { oid } of objects) {
      const entry = held.get(oid)
      if (entry) entry.holders -= 1
      if (entry?.holders === 0) held.delete(oid)
    }
  }
}

/** Reads from memory what is fresh, and from `reader` what is not. */
export const freshFirst = (reader: ObjectReader, fresh: FreshObjects): ObjectReader => ({
  async read(type, oid, maxBytes) {
    const object = fresh.get(oid)
    return object?.type === type
      ? Buffer.from(object.bytes.buffer, object.bytes.byteOffset, object.bytes.length)
      : reader.read(type, oid, maxBytes)
  },
  // The tree of a fresh commit is fresh as well, mostly, and git may know neither.
  readTreeOf: async (commit) => (fresh.get(commit) ? undefined : reader.readTreeOf(commit)),
  async sizeOf(type, oid) {
    const object = fresh.get(oid)
    return object?.type === type ? object.bytes.length : reader.sizeOf(type, oid)
  },
  close: () => reader.close(),
})
