/** The server asked without a socket: by the command line where no server runs, and by tests. */
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Hono } from 'hono'
import type { Env } from './exchange.ts'

/** @param url of whatever host: the request says none */
export async function askWithoutSocket(app: Hono<Env>, url: string, init?: RequestInit): Promise<Response> {
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
  return app.fetch(asked, { incoming, outgoing: new ServerResponse(incoming) })
}
