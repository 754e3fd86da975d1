/**
 * Requests that arrive in one turn of the event loop are answered together, at its end. A caller that waits is woken by
 * what is sent to it, which costs more than the sending: of answers that leave one right after the other, the first wakes
 * whoever reads them all. And what all of them ask, such as where a branch stands, is looked up once.
 * Invariant: a look-up that requests share begins when the last of them has arrived.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Exchange, Reply } from './exchange.ts'
import { send } from './send.ts'

export type Answering = {
  /** Takes in a request whose head has arrived. */
  receive(incoming: IncomingMessage, outgoing: ServerResponse): Exchange
  /** Never throws. */
  answer(c: Exchange): Reply | Promise<Reply>
  /** Runs `work`, which answers requests that have all arrived. */
  together(work: () => void): void
}

/** So that the first of very many does not wait for the last. */
const MAX_TOGETHER = 64

export function answerInTurns({ receive, answer, together }: Answering): RequestListener {
  let waiting: Exchange[] = []
  let ready: [Exchange, Reply][] = []

  function answerAll(): void {
    const arrived = waiting
    waiting = []
    for (let at = 0; at < arrived.length; at += MAX_TOGETHER) {
      together(() => {
        for (const c of arrived.slice(at, at + MAX_TOGETHER)) {
          const reply = answer(c)
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

  return (incoming, outgoing) => {
    if (waiting.push(receive(incoming, outgoing)) === 1) setImmediate(answerAll)
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
