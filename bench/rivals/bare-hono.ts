/**
 * The least that a Hono application can do for the same answer: one route that sends a recorded answer, after it has
 * parsed the body where there is one. Run with the path of a file that holds an `Exhibit`.
 */
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import type { StatusCode } from 'hono/utils/http-status'
import type { Answer, Request } from '../exchange.ts'

export type Exhibit = { request: Pick<Request, 'method' | 'path'>; answer: Answer }

const { request, answer } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Exhibit
const status = answer.status as StatusCode
const body = answer.body === '' ? null : answer.body

// A new object each time: whoever answers for real has a header or two that is of this request alone.
const send = (c: Context): Response => c.newResponse(body, status, { ...answer.headers })

const app = new Hono()
if (request.method === 'GET') app.get(request.path, send)
else {
  app.post(request.path, async (c) => {
    await c.req.json()
    return send(c)
  })
}

const server = createAdaptorServer({ fetch: app.fetch }) as Server
// As ours, so that both send the same Keep-Alive header.
server.keepAliveTimeout = 65_000
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
