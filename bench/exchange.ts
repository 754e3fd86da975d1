/** One HTTP request, and one answer to it as it was recorded: what both servers of a comparison have to give. */
import { request as send } from 'node:http'

export type Request = {
  method: 'GET' | 'POST'
  path: string
  headers: Readonly<Record<string, string>>
  body?: string
}

export type Answer = { status: number; headers: Readonly<Record<string, string>>; body: string }

/** What Node writes by itself, for whoever answers. */
const WRITTEN_BY_NODE: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'transfer-encoding',
])

/** Sends `request` to the server at `origin`; header names come as they were sent. */
export function exchange(origin: string, { method, path, headers, body }: Request): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = send(`${origin}${path}`, { method, headers: { ...headers, ...lengthOf(body) } }, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: ownHeaders(incoming.rawHeaders),
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const lengthOf = (body: string | undefined): Record<string, string> =>
  body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }

/** @param raw names and values by turns */
function ownHeaders(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!
    if (!WRITTEN_BY_NODE.has(name.toLowerCase())) headers[name] = raw[at + 1]!
  }
  return headers
}

/** @throws Error where the status is not the wanted one */
export async function recordAnswer(origin: string, request: Request, status: number): Promise<Answer> {
  const answer = await exchange(origin, request)
  if (answer.status === status) return answer
  throw new Error(
    `${request.method} ${request.path} gave ${answer.status}, not ${status}: ${answer.body.slice(0, 500)}`,
  )
}
