/** API keys over the database: what is done with them, and what every request with one asks. */
import { createKeyDigests } from '../../access/keys/digest.ts'
import { createKeys, type Keys } from '../../access/keys/keys.ts'
import { createLastUses } from '../../access/keys/last-use.ts'
import { createKeyVerifier, type KeyVerifier } from '../../access/keys/verify.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../observability/log.ts'
import type { AuditWriter } from '../audit/audit-writer.ts'
import type { Storage } from '../sqlite.ts'
import { keyLookup } from './key-lookup.ts'
import { keyStore } from './keys.ts'

export type OpenKeys = {
  keys: Keys
  verify: KeyVerifier
  /** To be called where a key was changed by other ways than `keys`. */
  forget(id: string): void
  /** Writes the last uses that are buffered. */
  close(): Promise<void>
}

/** @param environment the second part of new keys */
export function openKeys(
  storage: Storage,
  deps: { audit: AuditWriter; pepper: Uint8Array; environment: string; clock: Clock; log: Log },
): OpenKeys {
  const { audit, pepper, environment, clock, log } = deps
  const store = keyStore(storage.db, audit)
  const lookup = keyLookup(storage, { clock })
  const digests = createKeyDigests(pepper)
  const uses = createLastUses(store, (error) => log.error({ err: error }, 'The last uses of keys could not be written'))
  return {
    keys: createKeys({ store, lookup, digests, clock, environment }),
    verify: createKeyVerifier({ lookup, digests, clock, onUse: uses.used }),
    forget: lookup.forget,
    async close() {
      await uses.close()
      lookup.close()
    },
  }
}
