/**
 * One request and its answer, close to Node's own objects.
 *
 * Headers are read from Node's parsed object where there is one: building a web `Headers` costs more than the rest of a
 * cached read. `app.request()` in tests has no socket, so there they come from the web `Request`.
 */
import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import type { Actor } from '../access/actor.ts'
import type { TenantScope } from './tenant-scope.ts'

export type Env = {
  Bindings: { incoming?: IncomingMessage }
  Variables: { requestId: string; actor?: Actor; scope?: TenantScope; bodyText?: string }
}
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

export type AnswerOptions = { status?: number; headers?: AnswerHeaders | undefined }

/**
 * An answer with the headers that every one carries. Made as a plain `Response` over one plain object, which Hono's Node
 * adapter writes as it stands: by way of `c.body` it would become a web `Headers` first, at several times the cost.
 */
export function answer(
  c: Ctx,
  body: string | Uint8Array<ArrayBuffer> | ReadableStream | null,
  contentType: string,
  { status = 200, headers }: AnswerOptions = {},
): Response {
  const all: AnswerHeaders = {
    'Content-Type': contentType,
    'Cache-Control': 'private, no-cache',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-ID': c.get('requestId'),
  }
  return new Response(body, { status, headers: headers ? Object.assign(all, headers) : all })
}

/** An answer without a body. */
export function answerEmpty(c: Ctx, status: 204 | 304, headers: AnswerHeaders): Response {
  const all: AnswerHeaders = { 'X-Request-ID': c.get('requestId') }
  return new Response(null, { status, headers: Object.assign(all, headers) })
}

/** An answer whose body is JSON text already. */
export const answerJsonText = (c: Ctx, body: string, options?: AnswerOptions): Response =>
  answer(c, body, 'application/json', options)

export const answerJson = (c: Ctx, value: unknown, options?: AnswerOptions): Response =>
  answer(c, JSON.stringify(value), 'application/json', options)

export const answerText = (
  c: Ctx,
  text: string,
  { contentType = 'text/plain; charset=utf-8', ...options }: AnswerOptions & { contentType?: string } = {},
): Response => answer(c, text, contentType, options)

/** For an answer that holds what is shown once. */
export const NO_STORE = { 'Cache-Control': 'no-store' } as const

/** Whether the caller would rather read text than JSON: `Accept: text/plain`, as the shell scripts send. */
export const wantsText = (c: Ctx): boolean => (requestHeader(c, 'accept') ?? '').startsWith('text/plain')

/** Whether `If-None-Match` names `etag` (weak comparison, RFC 9110, section 13.1.2). */
export function isNotModified(c: Ctx, etag: string): boolean {
  const wanted = requestHeader(c, 'if-none-match')
  if (wanted === undefined) return false
  return wanted === etag || wanted.split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()))
}
