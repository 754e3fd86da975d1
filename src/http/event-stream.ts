/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) over a socket that may not be read.
 * Invariant: what waits for a reader is bounded: one that is further behind is cut off, and comes back with Last-Event-ID.
 */
import { type AnswerHeaders, answer, type Ctx, type Reply } from './exchange.ts'

export const EVENT_STREAM = 'text/event-stream'

export type EventStream = {
  reply: Reply
  /** `full`: the reader is too far behind, and was cut off. */
  send(event: { type: string; id: string | undefined; data: object }): 'taken' | 'full'
  /** A comment, which readers pass over. */
  beat(): void
  close(): void
}

/** Beyond what the socket itself holds. */
const MAX_WAITING_BYTES = 64 * 1024
/** How long a reader waits until it comes back after a cut, in milliseconds. */
const RETRY_MS = 2_000

/** @param onEnd told once the reader is gone, whoever ended it */
export function openEventStream(
  c: Ctx,
  { headers, onEnd }: { headers: AnswerHeaders; onEnd: () => void },
): EventStream {
  const encoder = new TextEncoder()
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const over = (): void => {
    controller = undefined
    onEnd()
  }
  const body = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given
        given.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`))
      },
      cancel: over,
    },
    { highWaterMark: MAX_WAITING_BYTES, size: (chunk) => chunk?.byteLength ?? 0 },
  )

  /** Its connection is closed as it is: the reader would not read a word of farewell either. */
  function cutOff(): void {
    controller?.close()
    c.incoming.socket.destroy()
    over()
  }

  function write(text: string): 'taken' | 'full' {
    if (!controller) return 'taken'
    if ((controller.desiredSize ?? 0) > 0) {
      controller.enqueue(encoder.encode(text))
      return 'taken'
    }
    cutOff()
    return 'full'
  }

  return {
    // A connection that was held for so long is not worth keeping, and a server that stops would wait for it.
    reply: answer(c, body, EVENT_STREAM, {
      headers: { ...headers, 'X-Accel-Buffering': 'no', Connection: 'close' },
    }),
    send: ({ type, id, data }) =>
      write(`${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`),
    beat: () => void write(': still here\n\n'),
    close() {
      const open = controller
      controller = undefined
      // Where something waits still, the reader is not reading: a close would wait for it for ever.
      if (open && (open.desiredSize ?? 0) < MAX_WAITING_BYTES / 2) c.incoming.socket.destroy()
      else open?.close()
    },
  }
}
