/** What everything else stands on: the repository made ready, the database, the audit trail, secrets and keys. */
import type { Config } from '../boot/config.ts'
import { packageFile } from '../boot/package-files.ts'
import { pepperPathIn, readPepper } from '../boot/pepper.ts'
import { keyPathsIn, OPERATOR, operatorKey } from '../git/setup/conveniences.ts'
import { prepareRepository } from '../git/setup/prepare.ts'
import type { Clock } from '../kernel/clock.ts'
import { timeOrderedIds } from '../kernel/time-ordered-id.ts'
import { createLog, type LogExtent } from '../observability/log.ts'
import { createMetrics } from '../observability/metrics.ts'
import { openAudit } from '../storage/audit/open-audit.ts'
import { openKeys } from '../storage/keys/open-keys.ts'
import { openSecrets } from '../storage/secrets/open-secrets.ts'
import { openSqlite } from '../storage/sqlite.ts'
import { whileAlone } from '../storage/start-lock.ts'

export type Ground = Awaited<ReturnType<typeof openGround>>

export async function openGround(config: Config, { clock, logs }: { clock: Clock; logs: LogExtent }) {
  const { names, dataDir, reposDir } = config
  const log = createLog(logs)
  const metrics = createMetrics()
  const newId = timeOrderedIds(clock)
  const { storage, ...repository } = await whileAlone(dataDir, async () => ({
    ...(await prepareRepository({
      reposDir,
      dataDir,
      starterDir: packageFile('starter'),
      signerProgram: packageFile('dist/ssh-program.js'),
      trunk: names.trunk,
      nowMs: clock.now(),
    })),
    storage: await openSqlite(config.dbPath),
  }))
  const keyPaths = keyPathsIn(dataDir)
  const audit = await openAudit(storage, {
    dataDir,
    signer: { key: operatorKey(keyPaths), principal: OPERATOR.email },
    clock,
    newId,
    log,
  })
  const secrets = await openSecrets(storage, {
    dataDir,
    given: config.masterKeys,
    audit: audit.writer,
    denials: audit.denials,
    clock,
    newId,
    log,
  })
  const pepper = readPepper(pepperPathIn(dataDir))
  const apiKeys = openKeys(storage, {
    audit: audit.writer,
    pepper,
    environment: config.keyEnvironment,
    clock,
    log,
  })
  return { config, clock, log, metrics, newId, repository, storage, keyPaths, audit, secrets, pepper, apiKeys }
}
