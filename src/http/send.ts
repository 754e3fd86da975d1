/** An answer on its way out of the socket. Headers go as one flat list, which Node writes without another look. */
import type { ServerResponse } from 'node:http'
import type { Reply } from './exchange.ts'

export function send({ status, headers, body }: Reply, outgoing: ServerResponse): void {
  const lines: string[] = []
  for (const name in headers) lines.push(name, headers[name]!)
  if (body instanceof ReadableStream) {
    outgoing.writeHead(status, lines)
    pour(body, outgoing).catch((error: unknown) => outgoing.destroy(error instanceof Error ? error : undefined))
    return
  }
  if (body !== null) lines.push('Content-Length', String(Buffer.byteLength(body)))
  else if (status !== 204 && status !== 304) lines.push('Content-Length', '0')
  outgoing.writeHead(status, lines)
  outgoing.end(body)
}

/** As slowly as the caller takes it, and not after it left. */
async function pour(body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  const reader = body.getReader()
  let proceed = (): void => {}
  outgoing.on('drain', () => proceed())
  outgoing.once('close', () => {
    proceed()
    reader.cancel().catch(() => {})
  })
  // What is sent without a body, to HEAD, is not worth reading.
  if (outgoing.req.method === 'HEAD') await reader.cancel()
  for (;;) {
    const { done, value } = await reader.read()
    if (done || outgoing.destroyed) break
    const isTaken = outgoing.write(value)
    if (!isTaken && !outgoing.destroyed) {
      await new Promise<void>((resolve) => {
        proceed = resolve
      })
    }
  }
  outgoing.end()
}
