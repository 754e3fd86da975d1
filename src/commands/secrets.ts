/** `espalier secrets rotate-master|rotate-key`. Values are set over HTTP alone: a command line is seen by others. */
import type { Origin } from '../access/actor.ts'
import type { App } from '../app.ts'
import { AppError } from '../kernel/errors.ts'
import { requireId } from './tenant.ts'
import { withApp } from './with-app.ts'

const origin = ({ newId }: App): Origin => ({ actor: { kind: 'local' }, requestId: newId(), address: null })

export const rotateMasterKey = ({ json }: { json?: boolean }): Promise<void> =>
  withApp(async (app) => {
    const rotated = await app.secrets.rotateMaster(origin(app))
    if (!rotated) {
      throw new AppError('parameter-invalid', {
        detail:
          'ESPALIER_MASTER_KEY is in force already. Set it to a new key, and ESPALIER_MASTER_KEY_PREVIOUS to this one.',
      })
    }
    const { masterId, dataKeys } = rotated
    process.stdout.write(
      json
        ? `${JSON.stringify({ master_id: masterId, data_keys: dataKeys })}\n`
        : `Master key ${masterId} is in force; data keys under it: ${dataKeys}.\n`,
    )
  })

export const rotateTenantKey = (tenant: string, { json }: { json?: boolean }): Promise<void> =>
  withApp(async (app) => {
    const count = await app.secrets.vault.rotateDataKey(requireId(tenant), origin(app))
    process.stdout.write(
      json
        ? `${JSON.stringify({ tenant_id: tenant, secrets: count })}\n`
        : `${tenant} has a new data key; secrets under it: ${count}.\n`,
    )
  })
