/**
 * Brings to the disk what groups of commits have put into the repository, many groups in one go: their objects as one pack
 * in place of many, each branch once, however often it has moved. Until then the journal answers for them.
 * Groups of several tenants come together here because they share the disk's time, and nothing else.
 */
import type { RefName, TenantId } from '../kernel/ids.ts'
import type { CommitGroup, CommitJournal } from './journal.ts'
import type { LastingRepository } from './repository.ts'

export type WriteBehind = {
  add(group: CommitGroup): void
  /** Brings all of it to the disk. */
  close(): Promise<void>
}

const DEFAULT_QUIET_MS = 1_000
/** More than that does not wait: it is held in memory, and a start after a power cut has to do it again. */
const MAX_BYTES = 8 * 1024 * 1024

export type WriteBehindDeps = {
  repository: LastingRepository
  journal: Pick<CommitJournal, 'forget'>
  refOf(tenant: TenantId): RefName
  /** Told of what could not be brought to the disk; it is tried again. */
  onError(error: unknown): void
  /** How long a group waits for others to go with. */
  quietMs?: number | undefined
}

export function createWriteBehind({
  repository,
  journal,
  refOf,
  onError,
  quietMs = DEFAULT_QUIET_MS,
}: WriteBehindDeps): WriteBehind {
  let groups: CommitGroup[] = []
  let bytes = 0
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  async function writeAll(): Promise<void> {
    if (groups.length === 0) return
    const taken = groups
    groups = []
    bytes = 0
    try {
      await keep(taken, { repository, refOf })
      await journal.forget(taken.map(({ id }) => id))
    } catch (error) {
      groups = [...taken, ...groups]
      throw error
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const written = writing.then(writeAll)
    writing = written.catch(() => {})
    return written
  }

  function flushIn(delayMs: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      flush().catch((error: unknown) => {
        onError(error)
        flushIn(quietMs)
      })
    }, delayMs).unref()
  }

  return {
    add(group) {
      groups.push(group)
      bytes += group.objects.reduce((sum, object) => sum + object.bytes.length, 0)
      if (bytes > MAX_BYTES) flushIn(0)
      else if (timer === undefined) flushIn(quietMs)
    },
    close: flush,
  }
}

/** Objects first: no branch on the disk leads to what is not there. */
export async function keep(
  groups: readonly CommitGroup[],
  { repository, refOf }: Pick<WriteBehindDeps, 'repository' | 'refOf'>,
): Promise<void> {
  await repository.keepObjects(
    groups.flatMap(({ objects }) => objects),
    groups.flatMap(({ pack }) => pack ?? []),
  )
  const tenants = new Set(groups.flatMap(({ moves }) => moves.map(({ tenant }) => tenant)))
  await repository.keepRefs([...tenants].map(refOf))
}
