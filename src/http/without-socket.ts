/** The server asked without a socket: by the command line where no server runs, and by tests. */
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Answering } from './turns.ts'

/** @param url of whatever host: the request says none */
export async function askWithoutSocket(
  { receive, answer }: Pick<Answering, 'receive' | 'answer'>,
  url: string,
  init?: RequestInit,
): Promise<Response> {
  const asked = new Request(url, init)
  const { pathname, search } = new URL(url)
  const bytes = Buffer.from(await asked.arrayBuffer())
  const incoming = new IncomingMessage(new Socket())
  incoming.method = asked.method
  incoming.url = pathname + search
  incoming.headers = Object.fromEntries(asked.headers)
  if (asked.body !== null) incoming.headers['content-length'] = String(bytes.length)
  incoming.push(bytes)
  incoming.push(null)
  const { status, headers, body } = await answer(receive(incoming, new ServerResponse(incoming)))
  return new Response(asked.method === 'HEAD' ? null : (body as Body), { status, headers })
}

/** What a web response takes; types of Node say it with another kind of buffer. */
type Body = ConstructorParameters<typeof Response>[0]
