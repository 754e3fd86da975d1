/**
 * A cache bounded in bytes, least recently used thrown out first, in which concurrent misses of one key are one making.
 * Invariant: what could not be made is not kept; whoever waits for it is told, and the next one tries again.
 */
import { LRUCache } from 'lru-cache'

/** What is known already comes at once. */
export type Keep<Key extends string, Value extends object> = (
  key: Key,
  make: () => Promise<Value>,
) => Value | Promise<Value>

/** @param bytesOf about what a value takes in memory that no other one has paid for */
export function createKeep<Key extends string, Value extends object>(
  maxBytes: number,
  bytesOf: (value: Value) => number,
): Keep<Key, Value> {
  const kept = new LRUCache<Key, Value>({ maxSize: Math.floor(maxBytes) })
  const making = new Map<Key, Promise<Value>>()

  return (key, make) => {
    const known = kept.get(key) ?? making.get(key)
    if (known) return known
    const made = make()
      .then((value) => {
        kept.set(key, value, { size: bytesOf(value) })
        return value
      })
      .finally(() => making.delete(key))
    making.set(key, made)
    return made
  }
}
