/** The socket: listening, and draining so that no request under way is cut off. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { systemClock } from '../kernel/clock.ts'
import { StartRefused } from '../kernel/start-refused.ts'
import { timeOrderedIds } from '../kernel/time-ordered-id.ts'
import type { HttpServer } from './server.ts'
import { answerInTurns } from './turns.ts'
import { answerUnreadable } from './unreadable-requests.ts'

export type Listener = {
  /** With the port that was really taken (a configured 0 takes a free one). */
  url: string
  /** Takes no new connection, waits for the requests under way, and cuts off what is left after `graceMs`. */
  drain(graceMs: number): Promise<void>
}

const TIMEOUTS = { requestMs: 30_000, headersMs: 10_000, keepAliveMs: 65_000 } as const

/** @throws StartRefused where the address is taken or not this machine's */
export async function listen(
  { app, turns }: Pick<HttpServer, 'app' | 'turns'>,
  { host, port }: { host: string; port: number },
): Promise<Listener> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    createServer: ((options: object, byHono: RequestListener) =>
      createServer(options, answerInTurns(turns, byHono))) as typeof createServer,
  }) as Server
  server.requestTimeout = TIMEOUTS.requestMs
  server.headersTimeout = TIMEOUTS.headersMs
  answerUnreadable(server, timeOrderedIds(systemClock))
  server.keepAliveTimeout = TIMEOUTS.keepAliveMs
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(addressRefused(host, port, cause)))
    // Without a host Node takes every interface, of IPv6 where there is one.
    server.listen({ port, ...(host === '' ? {} : { host }) }, resolve)
  })
  const address = server.address()
  const taken = typeof address === 'object' && address ? address.port : port
  return {
    url: `http://${nameOf(host)}:${taken}`,
    drain: (graceMs) =>
      new Promise((resolve) => {
        const cutOff = setTimeout(() => server.closeAllConnections(), graceMs)
        server.close(() => {
          clearTimeout(cutOff)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}

/** What this machine calls the address that the server listens on. */
const nameOf = (host: string): string => {
  if (EVERY_INTERFACE.has(host)) return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

const EVERY_INTERFACE: ReadonlySet<string> = new Set(['', '::', '0.0.0.0'])

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there. Stop it, or choose another address with APP_ADDR',
  EACCES: 'this user may not listen there. Choose a port from 1024 up with APP_ADDR',
  EADDRNOTAVAIL: 'this machine has no such address. Choose one of its own with APP_ADDR',
}

const addressRefused = (host: string, port: number, cause: NodeJS.ErrnoException): StartRefused =>
  new StartRefused(`Cannot listen on ${host}:${port}: ${REASONS[cause.code ?? ''] ?? cause.message}.`, { cause })
