/** `espalier watch`: what a tenant's branch serves, as it changes, until it is interrupted. */

import { requireTenantId } from '../tenants/changes/request.ts'
import { eventData } from '../watch/event.ts'
import { eventText } from '../watch/text.ts'
import { withApp } from './line/with-app.ts'

export const watchCommand = (id: string, { json }: { json?: boolean }): Promise<void> =>
  withApp(async ({ watch, snapshots, tenants: { registry } }) => {
    const tenant = requireTenantId(id)
    registry.admit(tenant)
    if (!(await snapshots.current(tenant, registry.refOf(tenant)))) return registry.refuseAbsent(tenant)
    await new Promise<void>((resolve) => {
      const unsubscribe = watch.subscribe({
        tenant,
        lastEventId: undefined,
        // Whoever sits at the repository may look for as long as they like.
        isEntitled: () => true,
        sink: {
          send(event) {
            process.stdout.write(
              json ? `${JSON.stringify({ type: event.type, ...eventData(tenant, event) })}\n` : eventText(event),
            )
            return 'taken'
          },
          beat: () => {},
          close: resolve,
        },
      })
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => {
          unsubscribe()
          resolve()
        })
      }
    })
  })
