/**
 * A planner in a thread of its own: what it is asked and what it answers. On Linux the thread gives way to all others of
 * the machine, the one that answers requests among them, and takes what they leave.
 */
import { setPriority } from 'node:os'
import type { MessagePort } from 'node:worker_threads'
import type { Oid } from '../../../kernel/ids.ts'
import type { PlannedTenant, Target } from '../plan.ts'
import type { RolloutPlanner } from '../planner.ts'
import { type PlannedMessage, toMessage } from './planned-message.ts'

/** `valid`: of the heads and the trunk, those that are known to be valid. */
export type ShareRequest = { trunk: Oid; targets: readonly Target[]; valid: ReadonlySet<Oid> }

/** A share is answered by replies with the same `id`: what is planned as it is done, then that it is over. */
export type PlannerRequest = ({ kind: 'plan'; id: number } & ShareRequest) | { kind: 'close' }

export type PlannerReply =
  | { kind: 'planned'; id: number; planned: PlannedMessage }
  | { kind: 'done'; id: number }
  | { kind: 'failed'; id: number; reason: string }

/** Tenants in one message. */
const TOGETHER = 128

/** A thirtieth of a core beside threads that want all of it. Elsewhere the priority is the whole process's. */
const GIVES_WAY = 15

/** Answers on `port` until it is told to close. */
export function servePlanner(port: MessagePort, planner: RolloutPlanner, close: () => void): void {
  giveWay()

  async function plan({ id, trunk, targets, valid }: Extract<PlannerRequest, { kind: 'plan' }>): Promise<void> {
    let planned: PlannedTenant[] = []
    for await (const group of planner.plan(trunk, targets, valid)) {
      planned.push(...group)
      if (planned.length < TOGETHER) continue
      tell(id, planned)
      planned = []
    }
    if (planned.length > 0) tell(id, planned)
    reply({ kind: 'done', id })
  }

  function tell(id: number, tenants: readonly PlannedTenant[]): void {
    const planned = toMessage(tenants)
    reply({ kind: 'planned', id, planned }, [planned.bytes])
  }

  const reply = (message: PlannerReply, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer)

  port.on('message', (request: PlannerRequest) => {
    if (request.kind === 'close') {
      close()
      port.close()
      return
    }
    plan(request).catch((error: unknown) => {
      reply({ kind: 'failed', id: request.id, reason: error instanceof Error ? error.message : String(error) })
    })
  })
}

function giveWay(): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(GIVES_WAY)
  } catch {
    // A sandbox may forbid it: then the thread is as good as all others.
  }
}
