/**
 * Who asks. Invariant: a request without a credential is trusted only on a server that nobody but this machine can reach,
 * and only where no proxy passed it on.
 */
import type { Actor, Origin } from '../access/actor.ts'
import type { Ctx } from './exchange.ts'
import { refuseForwarded } from './loopback.ts'

export type Authenticate = (c: Ctx) => Actor | Promise<Actor>

const LOCAL: Actor = { kind: 'local' }

/** Everybody on this machine, as long as the server listens on loopback alone. */
export const trustLoopback: Authenticate = (c) => {
  refuseForwarded(c)
  return LOCAL
}

export const originOf = (c: Ctx, actor: Actor): Origin => ({
  actor,
  requestId: c.var.requestId,
  address: c.env?.incoming?.socket.remoteAddress ?? null,
})
