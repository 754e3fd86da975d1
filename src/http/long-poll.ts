/** `Prefer: wait=N` (RFC 7240, section 4.3): an answer that would be 304 waits for something that is not. */
import type { Actor } from '../access/actor.ts'
import { AppError } from '../kernel/errors.ts'
import { statusId, statusOf } from '../watch/status.ts'
import type { Watch } from '../watch/watch.ts'
import { type Ctx, requestHeader } from './exchange.ts'
import type { Parameter } from './route.ts'
import type { TenantScope } from './tenant-scope.ts'

const MAX_WAIT_SECONDS = 60

export const PREFER: Parameter = {
  name: 'Prefer',
  in: 'header',
  description: `\`wait=N\`: where nothing has changed, the answer waits for a change, at most N seconds (up to ${MAX_WAIT_SECONDS}).`,
  schema: { type: 'string', examples: ['wait=30'] },
}

const WAIT = /(?:^|[,;\s])wait=(\d{1,6})(?=$|[,;\s])/i

/** How long the caller would wait, in seconds; 0 where it does not say. */
export function preferredWaitSeconds(c: Ctx): number {
  const header = requestHeader(c, 'prefer')
  if (header === undefined) return 0
  const [, seconds] = WAIT.exec(header) ?? []
  return seconds === undefined ? 0 : Math.min(Number(seconds), MAX_WAIT_SECONDS)
}

export type LongPoll = {
  /**
   * The scope as it is once the branch serves something else than in `scope`, or the time is over, or the caller left.
   * @throws AppError where the caller may no longer ask; `watch-limit-reached`
   */
  changed(c: Ctx, scope: TenantScope, seconds: number): Promise<TenantScope>
}

/** @param renewed what a request of the same caller would get now */
export function createLongPoll({
  watch,
  isEntitled,
  renewed,
}: {
  watch: Watch
  isEntitled: (actor: Actor) => boolean
  renewed: (scope: TenantScope) => Promise<TenantScope>
}): LongPoll {
  return {
    async changed(c, scope, seconds) {
      const { actor } = scope.origin
      const known = statusId(statusOf(scope.served))
      await new Promise<void>((resolve, reject) => {
        const over = setTimeout(() => finish(), seconds * 1000)
        let unsubscribe = (): void => {}
        const finish = (): void => {
          clearTimeout(over)
          unsubscribe()
          resolve()
        }
        c.outgoing.once('close', finish)
        try {
          unsubscribe = watch.subscribe({
            tenant: scope.tenant,
            lastEventId: undefined,
            isEntitled: () => isEntitled(actor),
            sink: {
              send(event) {
                if (event.type !== 'state' || statusId(event.status) !== known) finish()
                return 'taken'
              },
              beat: () => {},
              close: finish,
            },
          })
        } catch (error) {
          clearTimeout(over)
          reject(error)
        }
        // Who has left already is not heard of again.
        if (c.outgoing.destroyed) finish()
      })
      if (isEntitled(actor)) return renewed(scope)
      throw new AppError('credentials-invalid', {
        detail: 'This credential is not valid here.',
        internal: 'the key ended while its request waited',
        headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
      })
    },
  }
}
