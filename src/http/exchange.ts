/**
 * One request and its answer, close to Node's own objects.
 *
 * Headers are read from Node's parsed object where there is one: building a web `Headers` costs more than the rest of a
 * cached read. `app.request()` in tests has no socket, so there they come from the web `Request`.
 */
import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'

export type Env = { Bindings: { incoming?: IncomingMessage }; Variables: { requestId: string } }
export type Ctx = Context<Env>

/** A request header; where it came several times, the values joined by `, ` (RFC 9110, section 5.3). */
export function requestHeader(c: Ctx, name: string): string | undefined {
  const incoming = c.env?.incoming
  if (!incoming) return c.req.header(name)
  const value = incoming.headers[name]
  return typeof value === 'string' ? value : value?.join(', ')
}

/** Whether any request header starts with `prefix`, and which. */
export function headerStartingWith(c: Ctx, prefix: string): string | undefined {
  const names = c.env?.incoming ? Object.keys(c.env.incoming.headers) : [...c.req.raw.headers.keys()]
  return names.find((name) => name.startsWith(prefix))
}

export type AnswerHeaders = Record<string, string>

/** What every answer carries. One plain object: Hono and its Node adapter have a short path for it. */
export const baseHeaders = (c: Ctx, contentType: string): AnswerHeaders => ({
  'Content-Type': contentType,
  'Cache-Control': 'private, no-cache',
  'X-Content-Type-Options': 'nosniff',
  'X-Request-ID': c.var.requestId,
})

export type AnswerOptions = { status?: AnswerStatus; headers?: AnswerHeaders }
export type AnswerStatus = 200 | 201 | 202

/** An answer whose body is JSON text already. */
export const answerJsonText = (c: Ctx, body: string, { status = 200, headers }: AnswerOptions = {}): Response =>
  c.body(body, status, { ...baseHeaders(c, 'application/json'), ...headers })

export const answerJson = (c: Ctx, value: unknown, options?: AnswerOptions): Response =>
  answerJsonText(c, JSON.stringify(value), options)

export const answerText = (
  c: Ctx,
  text: string,
  { status = 200, headers, contentType = 'text/plain; charset=utf-8' }: AnswerOptions & { contentType?: string } = {},
): Response => c.body(text, status, { ...baseHeaders(c, contentType), ...headers })

/** Whether the caller would rather read text than JSON: `Accept: text/plain`, as the shell scripts send. */
export const wantsText = (c: Ctx): boolean => (requestHeader(c, 'accept') ?? '').startsWith('text/plain')

/** Whether `If-None-Match` names `etag` (weak comparison, RFC 9110, section 13.1.2). */
export function isNotModified(c: Ctx, etag: string): boolean {
  const wanted = requestHeader(c, 'if-none-match')
  if (wanted === undefined) return false
  return wanted === etag || wanted.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()))
}
