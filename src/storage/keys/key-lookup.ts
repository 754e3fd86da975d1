/**
 * Keys by id, for every request that presents one: from memory, or by one read of a primary key.
 * The read has a connection of its own: on the common one it would wait for transactions, or see what they have not
 * committed. Keys that do not exist are not remembered, so that a flood of made-up ids pushes out none that is in use.
 */
import Sqlite from 'better-sqlite3'
import { LRUCache } from 'lru-cache'
import type { ApiKey } from '../../access/keys/key.ts'
import { KEY_STALENESS_MS, type KeyLookup } from '../../access/keys/store.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Storage } from '../sqlite.ts'
import type { ApiKeyTable } from '../tables/api-key.ts'
import { fromKeyRow } from './key-row.ts'

/** About 20 MB. */
const REMEMBERED_KEYS = 50_000

export type ClosableKeyLookup = KeyLookup & { close(): void }

/** @param onRead told of each read of the database */
export function keyLookup(
  { sqlite: { name: path } }: Pick<Storage, 'sqlite'>,
  { clock, onRead = () => {} }: { clock: Pick<Clock, 'monotonic'>; onRead?: () => void },
): ClosableKeyLookup {
  const connection = new Sqlite(path, { readonly: true })
  const select = connection.prepare<[string], ApiKeyTable>('select * from api_key where id = ?')
  const remembered = new LRUCache<string, { key: ApiKey; readAt: number }>({
    // Counted as a size: a cache that is told its `max` takes room for all of them at once.
    maxSize: REMEMBERED_KEYS,
    sizeCalculation: () => 1,
  })

  return {
    find(id) {
      const now = clock.monotonic()
      const known = remembered.get(id)
      if (known && now - known.readAt < KEY_STALENESS_MS) return known.key
      onRead()
      const row = select.get(id)
      if (!row) {
        remembered.delete(id)
        return undefined
      }
      const key = fromKeyRow(row)
      remembered.set(id, { key, readAt: now })
      return key
    },
    forget: (id) => {
      remembered.delete(id)
    },
    close: () => connection.close(),
  }
}
