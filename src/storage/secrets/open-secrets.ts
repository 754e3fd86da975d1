/** The key ring and the secrets below it, put together. */
import { randomBytes } from 'node:crypto'
import type { Origin } from '../../access/actor.ts'
import type { DenialLog } from '../../audit/denials.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../observability/log.ts'
import { type SecretResolver, secretResolver } from '../../secrets/resolve.ts'
import { type SecretVault, secretVault } from '../../secrets/vault.ts'
import type { AuditWriter } from '../audit/audit-writer.ts'
import type { Storage } from '../sqlite.ts'
import { type GivenMasterKeys, openMasterKeys } from './master-keys.ts'
import { secretStore } from './secrets.ts'

export type Secrets = {
  vault: SecretVault
  resolver: SecretResolver
  /**
   * Turns the master key over. A kill at any moment leaves everything readable, and the next call goes on from there.
   * @returns how many data keys were wrapped anew; undefined where there is no other key to turn over to
   */
  rotateMaster(origin: Origin): Promise<{ masterId: string; dataKeys: number } | undefined>
}

export type SecretsOptions = {
  dataDir: string
  given: GivenMasterKeys
  audit: AuditWriter
  denials: DenialLog
  clock: Clock
  newId: () => string
  log: Log
}

/** @throws StartRefused where the file of the master keys cannot be used */
export async function openSecrets(
  { db }: Pick<Storage, 'db'>,
  { dataDir, given, audit, denials, clock, newId, log }: SecretsOptions,
): Promise<Secrets> {
  const masters = openMasterKeys(dataDir, given)
  const store = secretStore(db, audit)
  const resolver = secretResolver({ store, masters, denials, newId, monotonic: () => clock.monotonic() })
  const vault = secretVault({ store, masters, random: randomBytes, clock, onChange: resolver.forget })
  const inForce = (): Promise<string> => store.masterId(masters.current.id)

  const masterId = await inForce()
  if (!masters.find(masterId)) {
    log.error({ masterId }, 'The master key is missing, so that no secret can be read. Restore it and start again.')
  }

  async function rotateMaster(origin: Origin) {
    const before = await inForce()
    // A current key that is not in force yet is one that an earlier call was stopped with.
    const isOver = masters.current.id === before
    const next = isOver ? masters.add?.() : masters.current
    if (!next) return undefined
    const dataKeys = await vault.rewrapAll(next, origin)
    if (masters.add) masters.keepOnly(next)
    return { masterId: next.id, dataKeys }
  }

  return { vault, resolver, rotateMaster }
}
