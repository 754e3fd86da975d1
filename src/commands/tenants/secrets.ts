/** `espalier secrets rotate-master|rotate-key`. Values are set over HTTP alone: a command line is seen by others. */
import { AppError } from '../../kernel/errors.ts'
import { requireTenantId } from '../../tenants/changes/request.ts'
import { print } from '../line/output.ts'
import { originHere, withApp } from '../line/with-app.ts'

export const rotateMasterKey = (options: { json?: boolean }): Promise<void> =>
  withApp(async (app) => {
    const rotated = await app.secrets.rotateMaster(originHere(app))
    if (!rotated) {
      throw new AppError('parameter-invalid', {
        detail:
          'ESPALIER_MASTER_KEY is in force already. Set it to a new key, and ESPALIER_MASTER_KEY_PREVIOUS to this one.',
      })
    }
    const { masterId, dataKeys } = rotated
    print(
      options,
      { master_id: masterId, data_keys: dataKeys },
      () => `Master key ${masterId} is in force; data keys under it: ${dataKeys}.\n`,
    )
  })

export const rotateTenantKey = (tenant: string, options: { json?: boolean }): Promise<void> =>
  withApp(async (app) => {
    const count = await app.secrets.vault.rotateDataKey(requireTenantId(tenant), originHere(app))
    print(
      options,
      { tenant_id: tenant, secrets: count },
      () => `${tenant} has a new data key; secrets under it: ${count}.\n`,
    )
  })
