/** Bringing a file of foreign keys in: all or nothing, and a second time it changes nothing. */
import type { ProblemItem } from '../../kernel/errors.ts'
import type { TenantId } from '../../kernel/ids.ts'
import { schemaNameOf } from '../../tenants/tenant.ts'
import type { Origin } from '../actor.ts'
import { type FileKey, type KeyFile, refused } from './import-file.ts'
import type { ApiKey } from './key.ts'
import type { Keys } from './keys.ts'

/** `known`: it was imported before and stays as it is; `revoked`: it was revoked since, and stays so. */
export type ImportedKey = { key: ApiKey; outcome: 'imported' | 'known' | 'revoked' }

export type ImportDeps = {
  keys: Keys
  /** Whether the tenant can have keys: it has a row or a branch. */
  isTenant(tenant: TenantId): Promise<boolean>
  /** All tenants, to tell what was meant. */
  tenants(): Promise<readonly TenantId[]>
  /** Gives a tenant that has only a branch its row. */
  adopt(tenant: TenantId): Promise<void>
}

/** @throws AppError `body-invalid` naming each unknown tenant, and each key that is known with other rights */
export async function importKeys(
  file: KeyFile,
  { dryRun, origin }: { dryRun: boolean; origin: Origin },
  { keys, isTenant, tenants, adopt }: ImportDeps,
): Promise<ImportedKey[]> {
  const named = new Set(file.keys.flatMap(({ grant }) => grant.tenant ?? []))
  const absent = new Set<TenantId>()
  for (const tenant of named) if (!(await isTenant(tenant))) absent.add(tenant)
  const known = absent.size > 0 ? await tenants() : []
  const adopted = keys.adopted(file.keys, origin)
  const results = adopted.map((key) => outcomeOf(key, keys.find(key.id)))
  const problems = file.keys.flatMap(({ grant, pointer }, index): ProblemItem[] => {
    if (grant.tenant && absent.has(grant.tenant)) {
      return [file.at(`${pointer}/tenant`, unknownTenant(grant.tenant, known))]
    }
    return results[index]?.outcome === 'differs' ? [file.at(pointer, DIFFERS)] : []
  })
  if (problems.length > 0) throw refused(problems)
  const imported = results.flatMap(({ key, outcome }) => (outcome === 'differs' ? [] : [{ key, outcome }]))
  if (!dryRun) {
    for (const tenant of named) await adopt(tenant)
    const fresh = imported.filter(({ outcome }) => outcome === 'imported').map(({ key }) => key)
    await keys.add(fresh, origin)
  }
  return imported
}

const DIFFERS =
  'This key was imported before with another tenant, role or rate limit. Revoke it and issue a new one: espalier keys create.'

function outcomeOf(
  key: ApiKey,
  standing: ApiKey | undefined,
): { key: ApiKey; outcome: ImportedKey['outcome'] | 'differs' } {
  if (!standing) return { key, outcome: 'imported' }
  if (standing.revokedAt !== null) return { key: standing, outcome: 'revoked' }
  return { key: standing, outcome: told(key) === told(standing) ? 'known' : 'differs' }
}

const told = ({ tenant, role, scopes, rateLimit }: FileKey['grant']): string =>
  JSON.stringify([tenant, role, scopes, rateLimit])

/** `acme-corp` and `acme_corp` are easily taken for each other, and cannot both exist. */
function unknownTenant(tenant: TenantId, known: readonly TenantId[]): string {
  const meant = known.find((each) => schemaNameOf(each) === schemaNameOf(tenant))
  return meant === undefined
    ? `There is no tenant "${tenant}". \`./setup-tenant.sh ${tenant}\` creates it.`
    : `There is no tenant "${tenant}", but there is "${meant}": write that in the file if it is meant.`
}
