/**
 * The keys above the secrets: a master key wraps one data key for each tenant, and that one seals the tenant's secrets.
 * Pure. Invariant: a wrapped data key opens for its own tenant and version alone.
 */
import { createHash, createSecretKey, type KeyObject } from 'node:crypto'
import { KEY_BYTES, open, type RandomBytes, seal } from './cipher.ts'

export type MasterKey = {
  /** 16 hexadecimal digits that tell nothing about the key but which one it is. */
  id: string
  key: KeyObject
}

/** The master keys that this process has. */
export type MasterKeys = {
  /** What new data keys are to be wrapped by. */
  current: MasterKey
  /** Looks again where the key is kept when the id is not known: another process may have made a new one. */
  find(id: string): MasterKey | undefined
}

/** A tenant's data key as it is stored. */
export type WrappedKey = { version: number; masterId: string; wrapped: string }

export type DataKey = { version: number; key: KeyObject }

/** @param bytes 32 of them */
export const masterKeyOf = (bytes: Uint8Array): MasterKey => ({
  id: createHash('sha256').update('espalier-master-key-v1\n').update(bytes).digest('hex').slice(0, 16),
  key: createSecretKey(bytes),
})

/** 32 bytes from canonical base64, or undefined. */
export function masterKeyFromText(text: string): MasterKey | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === KEY_BYTES && bytes.toString('base64') === text ? masterKeyOf(bytes) : undefined
}

const placeOf = (tenant: string, version: number): string => `data-key|${tenant}|${version}`

/** A new data key, wrapped and ready to use. */
export function makeDataKey(
  { tenant, version, master }: { tenant: string; version: number; master: MasterKey },
  random: RandomBytes,
): { wrapped: WrappedKey; dataKey: DataKey } {
  const bytes = random(KEY_BYTES)
  const dataKey = { version, key: createSecretKey(bytes) }
  return { dataKey, wrapped: wrap({ tenant, dataKey, master }, random) }
}

const wrap = (
  { tenant, dataKey, master }: { tenant: string; dataKey: DataKey; master: MasterKey },
  random: RandomBytes,
): WrappedKey => ({
  version: dataKey.version,
  masterId: master.id,
  wrapped: seal(master.key, { plain: dataKey.key.export(), place: placeOf(tenant, dataKey.version) }, random),
})

/** The data key, or undefined where its master key is not at hand or the wrapping is of another tenant. */
export function unwrap(
  tenant: string,
  { version, masterId, wrapped }: WrappedKey,
  masters: MasterKeys,
): DataKey | undefined {
  const master = masters.find(masterId)
  const bytes = master && open(master.key, { sealed: wrapped, place: placeOf(tenant, version) })
  return bytes && { version, key: createSecretKey(bytes) }
}

/** The same data key under another master key, or undefined where it cannot be unwrapped. */
export function rewrap(
  { tenant, wrapped, master, masters }: { tenant: string; wrapped: WrappedKey; master: MasterKey; masters: MasterKeys },
  random: RandomBytes,
): WrappedKey | undefined {
  const dataKey = unwrap(tenant, wrapped, masters)
  return dataKey && wrap({ tenant, dataKey, master }, random)
}
