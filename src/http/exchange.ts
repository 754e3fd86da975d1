/**
 * One request and its answer, close to Node's own objects: building web ones (`Request`, `Headers`, `Response`) for each
 * request costs more than a cached read. A handler gives its answer as data; `send.ts` writes it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Actor } from '../access/actor.ts'
import type { TenantScope } from './tenant-scope.ts'

/** What Hono's Node adapter gives each request. */
export type Env = { Bindings: { incoming: IncomingMessage; outgoing: ServerResponse } }

/** A parameter of the path, decoded; as it was sent where that is no UTF-8. */
export type PathParameter = (name: string) => string | undefined

/** What is known of one request. The server fills it in on the way to the handler. */
export class Exchange {
  readonly incoming: IncomingMessage
  /** Whether the caller is still there; `send.ts` alone writes to it. */
  readonly outgoing: ServerResponse
  readonly method: string
  /** As it was sent, percent-encoding and all. */
  readonly path: string
  /** Empty, or from the question mark on. */
  readonly search: string
  readonly startedAt: number
  requestId = ''
  actor: Actor | undefined = undefined
  scope: TenantScope | undefined = undefined
  /** The body, where somebody has read it before the handler does. */
  bodyText: string | undefined = undefined
  readonly #param: PathParameter
  #query: URLSearchParams | undefined = undefined

  /** @param startedAt by the monotonic clock, in milliseconds */
  constructor({ incoming, outgoing }: Env['Bindings'], startedAt: number, param: PathParameter) {
    this.incoming = incoming
    this.outgoing = outgoing
    this.startedAt = startedAt
    this.#param = param
    this.method = incoming.method ?? ''
    const { path, search } = targetOf(incoming)
    this.path = path
    this.search = search
  }

  /** A parameter of the path, decoded. Empty where the route has none of the name. */
  param(name: string): string {
    return this.#param(name) ?? ''
  }

  /** The first value of a parameter of the query. */
  query(name: string): string | undefined {
    return this.search === '' ? undefined : (this.#parameters().get(name) ?? undefined)
  }

  queries(name: string): string[] {
    return this.#parameters().getAll(name)
  }

  #parameters(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.search)
    return this.#query
  }
}

export type Ctx = Exchange

const SLASH = 47

/** What a request asks for, as it was sent. */
export function targetOf({ url = '' }: Pick<IncomingMessage, 'url'>): { path: string; search: string } {
  const target = originForm(url)
  const end = target.indexOf('?')
  return end === -1 ? { path: target, search: '' } : { path: target.slice(0, end), search: target.slice(end) }
}

/** The path and query of a target; proxies may send a whole URL (RFC 9112, section 3.2.2). */
function originForm(target: string): string {
  if (target.charCodeAt(0) === SLASH || !URL.canParse(target)) return target
  const { pathname, search } = new URL(target)
  return pathname + search
}

/** A request header; where it came several times, the values joined by `, ` (RFC 9110, section 5.3). */
export function requestHeader(c: Ctx, name: string): string | undefined {
  const value = c.incoming.headers[name]
  return typeof value === 'object' ? value.join(', ') : value
}

/** Whether any request header starts with `prefix`, and which. */
export function headerStartingWith(c: Ctx, prefix: string): string | undefined {
  for (const name in c.incoming.headers) if (name.startsWith(prefix)) return name
  return undefined
}

export type AnswerHeaders = Record<string, string>

/** An answer as data. */
export type Reply = {
  status: number
  headers: AnswerHeaders
  body: string | Uint8Array | ReadableStream<Uint8Array> | null
}

export type AnswerOptions = { status?: number; headers?: AnswerHeaders | undefined }

/** An answer with the headers that every one carries. */
export function answer(
  c: Ctx,
  body: Reply['body'],
  contentType: string,
  { status = 200, headers }: AnswerOptions = {},
): Reply {
  const all: AnswerHeaders = {
    'Content-Type': contentType,
    'Cache-Control': 'private, no-cache',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-ID': c.requestId,
  }
  return { status, headers: headers ? Object.assign(all, headers) : all, body }
}

/** An answer without a body. */
export function answerEmpty(c: Ctx, status: 204 | 304, headers: AnswerHeaders): Reply {
  return { status, headers: Object.assign({ 'X-Request-ID': c.requestId }, headers), body: null }
}

/** An answer whose body is JSON text already. */
export const answerJsonText = (c: Ctx, body: string | Uint8Array, options?: AnswerOptions): Reply =>
  answer(c, body, 'application/json', options)

export const answerJson = (c: Ctx, value: unknown, options?: AnswerOptions): Reply =>
  answer(c, JSON.stringify(value), 'application/json', options)

export const answerText = (
  c: Ctx,
  text: string,
  { contentType = 'text/plain; charset=utf-8', ...options }: AnswerOptions & { contentType?: string } = {},
): Reply => answer(c, text, contentType, options)

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
