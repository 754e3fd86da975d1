/**
 * What Node could not read as a request, such as one whose headers are too long. Like every refusal it is a problem
 * document; then its connection ends, since nobody knows where the next request would begin.
 * Source: Node's documentation of http.Server, event `clientError`.
 */
import { type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { PROBLEMS, type ProblemCode } from '../kernel/errors.ts'
import { problemPath } from './problem.ts'

type Unreadable = { code: ProblemCode; detail: string }

/** By the code of Node's error; what is not here is a request that breaks off or breaks the grammar. */
const BY_ERROR: Readonly<Record<string, Unreadable>> = {
  HPE_HEADER_OVERFLOW: {
    code: 'headers-too-large',
    detail: 'The request line and the headers together are longer than 16 KiB.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'request-timeout', detail: 'The request did not arrive in time.' },
}
const MALFORMED: Unreadable = { code: 'request-malformed', detail: 'This is not an HTTP request (RFC 9112).' }

/** Answers on `server` whatever is no request. @param newId of the answers, which have no request to take one from */
export function answerUnreadable(server: Server, newId: () => string): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    socket.end(answerText(BY_ERROR[error.code ?? ''] ?? MALFORMED, newId()))
  })
}

function answerText({ code, detail }: Unreadable, requestId: string): string {
  const { status, title } = PROBLEMS[code]
  const body = JSON.stringify({ type: problemPath(code), title, status, detail, code, requestId })
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-ID: ${requestId}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}
