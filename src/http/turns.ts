/**
 * Requests that arrive in one turn of the event loop are answered together, at its end. A caller that waits is woken by
 * what is sent to it, which costs more than the sending: of answers that leave one right after the other, the first wakes
 * whoever reads them all. And what all of them ask, such as where a branch stands, is looked up once.
 * Invariant: a look-up that requests share begins when the last of them has arrived.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Env, Exchange, Reply } from './exchange.ts'
import type { Answer } from './route.ts'
import { send } from './send.ts'

/** A request whose head has arrived, and what answers it. The handler never throws. */
export type Waiting = { c: Exchange; handler: (c: Exchange) => Answer }

export type Turns = {
  /** A request that is answered in turns; undefined for all others. */
  find(bindings: Env['Bindings']): Waiting | undefined
  /** Runs `work`, which answers requests that have all arrived. */
  together(work: () => void): void
}

/** So that the first of very many does not wait for the last. */
const MAX_TOGETHER = 64

/** @param otherwise answers what is not answered in turns */
export function answerInTurns({ find, together }: Turns, otherwise: RequestListener): RequestListener {
  let waiting: Waiting[] = []
  let ready: [Exchange, Reply][] = []

  function answerAll(): void {
    const arrived = waiting
    waiting = []
    for (let at = 0; at < arrived.length; at += MAX_TOGETHER) {
      together(() => {
        for (const { c, handler } of arrived.slice(at, at + MAX_TOGETHER)) {
          const reply = handler(c)
          if (reply instanceof Promise) reply.then((later) => finish(c, later)).catch(() => c.outgoing.destroy())
          else ready.push([c, reply])
        }
      })
      sendAll()
    }
  }

  /** One that had to wait for something goes out with those that come to an end in the same turn. */
  function finish(c: Exchange, reply: Reply): void {
    if (ready.push([c, reply]) === 1) setImmediate(sendAll)
  }

  function sendAll(): void {
    const leaving = ready
    ready = []
    for (const [c, reply] of leaving) sendOne(c, reply)
  }

  return (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const found = find({ incoming, outgoing })
    if (!found) otherwise(incoming, outgoing)
    else if (waiting.push(found) === 1) setImmediate(answerAll)
  }
}

/** An answer that cannot be written costs its own connection and no other. */
function sendOne({ outgoing }: Exchange, reply: Reply): void {
  try {
    send(reply, outgoing)
  } catch {
    outgoing.destroy()
  }
}
