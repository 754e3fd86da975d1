/** A whole answer on its way out of the socket. Headers go as one flat list, which Node writes without another look. */
import type { ServerResponse } from 'node:http'
import type { Reply } from './exchange.ts'

/** @throws TypeError for a stream, which no route that is answered in turns gives */
export function send({ status, headers, body }: Reply, outgoing: ServerResponse): void {
  if (body instanceof ReadableStream) throw new TypeError('What is answered in turns is there as a whole.')
  const lines: string[] = []
  for (const name in headers) lines.push(name, headers[name]!)
  const bytes = body === null ? 0 : Buffer.byteLength(body)
  if (body !== null || (status !== 204 && status !== 304)) lines.push('Content-Length', String(bytes))
  outgoing.writeHead(status, lines)
  // A text of as many bytes as characters is ASCII, and copied where another one is encoded.
  if (typeof body === 'string' && body.length === bytes) outgoing.end(body, 'latin1')
  else outgoing.end(body)
}
