/** `/api/v1/watch`: told when a tenant's branch serves something else, as server-sent events. */
import type { Actor } from '../../access/actor.ts'
import { AppError } from '../../kernel/errors.ts'
import { eventData, eventId } from '../../watch/event.ts'
import type { Watch } from '../../watch/watch.ts'
import { EVENT_STREAM, openEventStream } from '../event-stream.ts'
import { type Ctx, requestHeader } from '../exchange.ts'
import type { Route } from '../route.ts'
import { scopeHeaders, type TenantScope } from '../tenant-scope.ts'

const MAX_ID_LENGTH = 128

/** @param isEntitled whether an actor may still ask: its key may have ended meanwhile */
export function watchRoutes({ watch, isEntitled }: { watch: Watch; isEntitled: (actor: Actor) => boolean }): Route[] {
  return [
    {
      method: 'get',
      path: '/api/v1/watch',
      access: 'tenant',
      right: 'config:read',
      effect: 'reads',
      operation: {
        id: 'watch',
        summary: 'Events whenever the branch serves something else',
        description:
          'Server-sent events: `state` first, then a `change` for each new revision or refused commit, with the files that differ. With `Last-Event-ID`, one `change` holds what was missed, or a `reset` says that this cannot be told. `end` says why the server ends the stream. A comment comes every 15 seconds.',
        tag: 'tenant',
        parameters: [
          {
            name: 'Last-Event-ID',
            in: 'header',
            description: 'The `id` of the last event that was seen.',
            schema: { type: 'string', maxLength: MAX_ID_LENGTH },
          },
        ],
        responses: { 200: { description: 'Events, for as long as both sides want.', contentType: EVENT_STREAM } },
        problems: ['parameter-invalid', 'watch-limit-reached', 'overloaded'],
      },
      handle(c: Ctx, scope: TenantScope) {
        const { tenant, origin } = scope
        const lastEventId = lastEventIdOf(c)
        let unsubscribe = (): void => {}
        const stream = openEventStream(c, { headers: scopeHeaders(scope), onEnd: () => unsubscribe() })
        unsubscribe = watch.subscribe({
          tenant,
          lastEventId,
          isEntitled: () => isEntitled(origin.actor),
          sink: {
            send: (event) => stream.send({ type: event.type, id: eventId(event), data: eventData(tenant, event) }),
            beat: stream.beat,
            close: stream.close,
          },
        })
        return stream.reply
      },
    },
  ]
}

/** @throws AppError `parameter-invalid` */
function lastEventIdOf(c: Ctx): string | undefined {
  const id = requestHeader(c, 'last-event-id')
  if (id === undefined || id === '') return undefined
  if (id.length <= MAX_ID_LENGTH) return id
  throw new AppError('parameter-invalid', { detail: 'Last-Event-ID must be the id of an event of this stream.' })
}
