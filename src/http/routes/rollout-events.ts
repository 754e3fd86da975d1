/** `/admin/rollouts/{id}/events`: what happens in a run, as it happens. */
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '../../kernel/errors.ts'
import type { RunEvent } from '../../rollouts/runs/event.ts'
import type { Rollouts } from '../../rollouts/runs/rollouts.ts'
import { HOLDS_TENANTS, type RunStatus } from '../../rollouts/runs/run.ts'
import type { RunStore } from '../../rollouts/runs/store.ts'
import type { RunViews } from '../../rollouts/runs/view.ts'
import { EVENT_STREAM, openEventStream } from '../event-stream.ts'
import { type Ctx, type Reply, requestHeader } from '../exchange.ts'
import type { Route } from '../route.ts'
import { ROLLOUT_PATH } from './rollout-schemas.ts'

/** Few enough to wait for a reader without being too many. */
const EVENTS_AT_ONCE = 100
const LOOK_MS = 200
const BEAT_MS = 15_000

export type RolloutEventDeps = {
  rollouts: Pick<Rollouts, 'find'>
  views: RunViews
  store: Pick<RunStore, 'events' | 'find'>
  /** Whether the server is about to end. */
  isStopped(): boolean
}

export function rolloutEventRoutes({ rollouts, views, store, isStopped }: RolloutEventDeps): Route[] {
  async function follow(c: Ctx): Promise<Reply> {
    const { id } = await rollouts.find(c.param('id'))
    let after = sequenceOf(requestHeader(c, 'last-event-id'))
    let isGone = false
    const stream = openEventStream(c, { headers: {}, onEnd: () => (isGone = true) })

    /** @returns whether anything may follow */
    async function sendNew(): Promise<boolean> {
      // The run first: what it does after that is in the events of the next look.
      const run = await store.find(id)
      const events = await store.events(id, after, EVENTS_AT_ONCE)
      const last = events.at(-1)
      const eta = run && last ? (await views.of(run)).wave.etaSeconds : null
      for (const event of events) {
        const type = event.kind
        const data = eventData(event, event === last ? eta : null)
        if (stream.send({ type, id: String(event.sequence), data }) === 'full') return false
        after = event.sequence
      }
      return events.length === EVENTS_AT_ONCE || (run !== undefined && !isAtRest(run.status))
    }

    async function sendAll(): Promise<void> {
      let quietMs = 0
      while (!isGone && !isStopped() && (await sendNew())) {
        await delay(LOOK_MS)
        quietMs += LOOK_MS
        if (quietMs % BEAT_MS === 0) stream.beat()
      }
      if (!isGone) stream.close()
    }
    sendAll().catch(() => stream.close())
    return stream.reply
  }

  return [
    {
      method: 'get',
      path: '/admin/rollouts/{id}/events',
      access: 'operator',
      right: 'rollouts:read',
      effect: 'reads',
      operation: {
        id: 'follow-rollout',
        summary: 'What happens in a rollout, as it happens',
        description:
          'Server-sent events `status` and `progress` with `{status, wave, counts, etaSeconds, reason}`, from the first one on. `Last-Event-ID` goes on after the event that it names. The stream ends when the rollout holds no tenant any more.',
        tag: 'admin',
        parameters: [
          ...ROLLOUT_PATH,
          {
            name: 'Last-Event-ID',
            in: 'header',
            description: 'The `id` of the last event that was seen.',
            schema: { type: 'integer', minimum: 0 },
          },
        ],
        responses: { 200: { description: 'The events.', contentType: EVENT_STREAM } },
        problems: ['rollout-not-found', 'parameter-invalid'],
      },
      handle: follow,
    },
  ]
}

/** Nothing happens by itself any more. */
const isAtRest = (status: RunStatus): boolean => !HOLDS_TENANTS.has(status)

const eventData = ({ at, status, wave, counts, reason }: RunEvent, etaSeconds: number | null): object => ({
  at: new Date(at).toISOString(),
  status,
  wave,
  counts,
  etaSeconds,
  reason,
})

function sequenceOf(text: string | undefined): number {
  if (text === undefined) return 0
  const sequence = Number(text)
  if (Number.isInteger(sequence) && sequence >= 0) return sequence
  throw new AppError('parameter-invalid', { detail: 'Last-Event-ID must be the id of an event of this rollout.' })
}
