/** What tenants see of their branches: files, history, any commit of theirs, and changes as they come. */
import type { Actor } from '../access/actor.ts'
import { isInForce } from '../access/keys/key.ts'
import { openTenantFiles } from '../files/tenant-files.ts'
import { openHistoryRepository } from '../git/history/history-repository.ts'
import { openSigners } from '../git/history/signers.ts'
import { OPERATOR } from '../git/setup/conveniences.ts'
import { createNamedCommits } from '../history/named-commits.ts'
import { openTenantHistory } from '../history/tenant-history.ts'
import { createAtRevision } from '../http/at-revision.ts'
import { createLongPoll } from '../http/long-poll.ts'
import type { TenantScope } from '../http/tenant-scope.ts'
import { createWatch } from '../watch/watch.ts'
import type { Changing } from './changing.ts'
import type { Ground } from './ground.ts'
import type { Running } from './running.ts'
import type { Serving } from './serving.ts'

export type Looking = ReturnType<typeof openLooking>

export function openLooking(
  { clock, log, metrics, repository: { gitDir, top }, keyPaths, apiKeys }: Ground,
  { refs, objects, snapshots, trunkHead }: Serving,
  { people, tenants: { registry } }: Running,
  { commits }: Changing,
) {
  const repository = openHistoryRepository(gitDir)
  const history = openTenantHistory({
    repository,
    signers: openSigners({ top, allowedSigners: keyPaths.allowedSigners }),
    trunkHead,
  })

  const watch = createWatch({
    admit: registry.admit,
    refOf: registry.refOf,
    current: snapshots.current,
    changedFiles: history.changedFiles,
    isOwn: (commit, head) => history.has({ head, trunk: trunkHead() }, commit),
    clock,
    onError: (error) => log.error({ err: error }, 'A watched branch could not be looked at'),
  })
  metrics.gauge('espalier_watchers', 'Streams of /api/v1/watch and requests that wait for a change.', watch.count)

  const isEntitled = (actor: Actor): boolean => {
    if (actor.kind !== 'key') return true
    const key = apiKeys.keys.find(actor.keyId)
    return key !== undefined && isInForce(key, clock.now())
  }
  const renewed = async (scope: TenantScope): Promise<TenantScope> => {
    registry.admit(scope.tenant)
    const served = await snapshots.current(scope.tenant, registry.refOf(scope.tenant))
    return served ? { ...scope, served } : registry.refuseAbsent(scope.tenant)
  }

  const files = openTenantFiles({
    objects,
    commits,
    history: repository,
    headOf: registry.headOf,
    authors: {
      user: (tenant, id) => people.find(tenant, id),
      keyName: async (owner, id) => (await apiKeys.keys.require(owner, id)).name,
      operator: OPERATOR,
    },
  })
  const atRevision = createAtRevision({
    commits: createNamedCommits(refs, history),
    tipsOf: history.tipsOf,
    snapshots,
  })
  return { history, watch, isEntitled, longPoll: createLongPoll({ watch, isEntitled, renewed }), files, atRevision }
}
