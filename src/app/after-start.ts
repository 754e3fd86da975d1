/**
 * What a server does when it answers already, and nobody waits for. The trunk is read, which nearly every tenant's tree
 * resembles: the first of them find their common files compiled, and are kept beside it. And branches that people made by
 * hand while nobody served get their rows.
 */
import { headRef } from '../tenants/tenant.ts'
import type { Ground } from './ground.ts'
import type { Running } from './running.ts'
import type { Serving } from './serving.ts'

/** @param signal ends it early; it has ended when the promise is settled */
export async function afterStart(
  { config }: Ground,
  { refs, snapshots }: Serving,
  { tenants }: Running,
  signal: AbortSignal,
): Promise<void> {
  const trunk = refs.read(headRef(config.names.trunk))
  if (trunk.kind === 'oid') await snapshots.at(trunk.oid)
  await tenants.fleet.takeIn(signal)
}
