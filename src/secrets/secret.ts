/** A tenant's secret: a name that Git may hold, and a value that it may not. Pure. */
import { open, type RandomBytes, seal } from './cipher.ts'
import type { DataKey } from './key-ring.ts'

export const SECRET_NAME = '^[A-Za-z][A-Za-z0-9_.-]{0,63}$'
export const SECRET_NAME_FORM = '1 to 64 letters, digits, "_", "." and "-", beginning with a letter'
/** Of a value, in characters. */
export const MAX_VALUE_LENGTH = 32_768
export const MAX_SECRETS = 200

/** What may be shown of a secret. Instants are milliseconds since 1970. */
export type SecretSummary = { name: string; version: number; createdAt: number; updatedAt: number }

/** As it is stored: `sealed` by the tenant's data key of `keyVersion`. */
export type SealedSecret = { name: string; version: number; keyVersion: number; sealed: string }

export const isSecretName = (text: string): boolean => NAME.test(text)
const NAME = new RegExp(SECRET_NAME)

/** Neither ids of tenants nor names hold a `|`, so that no two secrets have the same place. */
const placeOf = (tenant: string, { name, version }: Pick<SealedSecret, 'name' | 'version'>): string =>
  `${tenant}|${name}|${version}`

/** Bound to its tenant, name and version: it opens nowhere else. */
export function sealSecret(
  { tenant, name, version, value }: { tenant: string; name: string; version: number; value: string },
  { version: keyVersion, key }: DataKey,
  random: RandomBytes,
): SealedSecret {
  const place = placeOf(tenant, { name, version })
  return { name, version, keyVersion, sealed: seal(key, { plain: Buffer.from(value), place }, random) }
}

/** The value, or undefined where it was sealed for another tenant, name or version, or by another key. */
export function openSecret(tenant: string, secret: SealedSecret, dataKey: DataKey): string | undefined {
  if (secret.keyVersion !== dataKey.version) return undefined
  return open(dataKey.key, { sealed: secret.sealed, place: placeOf(tenant, secret) })?.toString()
}
