/**
 * Bodies of requests, bounded before they are parsed: in bytes while they arrive (also without a Content-Length), and in
 * nesting before `JSON.parse`. Read as JSON whatever the content type says: `curl -d` sends
 * `application/x-www-form-urlencoded`.
 */
import type { IncomingMessage } from 'node:http'
import type { Violation } from '../documents/violation.ts'
import { AppError } from '../kernel/errors.ts'
import { isJsonObject, type Json } from '../kernel/json.ts'
import { settled } from '../kernel/settled.ts'
import { compileValidator } from '../schemas/ajv.ts'
import { type Ctx, requestHeader } from './exchange.ts'

/** `bytes` is what a body may have where its reader says nothing else. */
const BODY_LIMITS = { bytes: 1024 * 1024, depth: 64 } as const

type Schema = Readonly<Record<string, unknown>>

/** `read` is synchronous where the body came with the head of the request, as small ones do. */
export type BodyReader<T> = { schema: Schema; read(c: Ctx): T | Promise<T> }

/** A reader of bodies that match `schema`, which also documents them. `T` is what the schema describes. */
export function jsonBody<T>(schema: Schema, { maxBytes = BODY_LIMITS.bytes } = {}): BodyReader<T> {
  const validate = compileValidator(schema)
  return {
    schema,
    read: (c) =>
      settled(readText(c, maxBytes), (text) => {
        const value = parseJson(text)
        const violations = validate(value)
        if (violations.length > 0) throw bodyInvalid(violations)
        return value as T
      }),
  }
}

const bodyInvalid = (violations: readonly Violation[]): AppError =>
  new AppError('body-invalid', {
    detail: violations[0]?.detail ?? 'The body does not match its schema.',
    errors: violations.map(({ pointer, code, detail }) => ({ pointer, code, detail })),
  })

/** The body as the bytes that it is, such as a file's. @throws AppError `body-too-large` */
export const readRawBody = (c: Ctx, maxBytes: number): Uint8Array | Promise<Uint8Array> => readIncoming(c, maxBytes)

/** The body as text, which a reader after this one gets again: it comes over the wire only once. */
export async function readBodyText(c: Ctx): Promise<string> {
  const text = await readText(c, BODY_LIMITS.bytes)
  c.bodyText = text
  return text
}

const readText = (c: Ctx, maxBytes: number): string | Promise<string> =>
  c.bodyText ?? settled(readIncoming(c, maxBytes), (bytes) => bytes.toString('utf8'))

/** The body from the socket, unless it announces too much already. */
function readIncoming(c: Ctx, maxBytes: number): Buffer | Promise<Buffer> {
  if (Number(requestHeader(c, 'content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const { incoming } = c
  // Who has left before anybody listens is not heard of again.
  if (incoming.destroyed) throw cutOff()
  if (!incoming.complete) return collect(incoming, maxBytes)
  const bytes = (incoming.read() as Buffer | null) ?? NOTHING
  if (bytes.length > maxBytes) throw tooLarge(maxBytes)
  return bytes
}

const NOTHING = Buffer.alloc(0)

/** What is still on its way; stops reading past the limit. */
const collect = (incoming: IncomingMessage, maxBytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) {
        incoming.pause()
        incoming.removeAllListeners('data')
        reject(tooLarge(maxBytes))
      } else chunks.push(chunk)
    })
    incoming.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
    incoming.on('error', (cause) => reject(cutOff(cause)))
  })

const cutOff = (cause?: Error): AppError =>
  new AppError('body-malformed', { detail: 'The body ended before it was whole.', ...(cause ? { cause } : {}) })

/** The rest of the body is never read, so the connection cannot serve another request. */
const tooLarge = (maxBytes: number): AppError =>
  new AppError('body-too-large', {
    detail: `The body is larger than ${maxBytes} bytes.`,
    headers: { Connection: 'close' },
  })

function parseJson(text: string): Json {
  if (text.trim() === '') throw malformed('The body is empty; send a JSON object.')
  if (text.length > BODY_LIMITS.depth && isDeeperThan(text, BODY_LIMITS.depth)) {
    throw malformed(`The body is nested more than ${BODY_LIMITS.depth} levels deep.`)
  }
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch (error) {
    throw malformed(`The body is not JSON: ${error instanceof Error ? error.message : String(error)}.`)
  }
  // The escape makes the check of the text cheap and sure: only a text that could hold the key is walked.
  if ((text.includes('__proto__') || text.includes('\\u')) && hasPrototypeKey(value)) {
    throw malformed('The body has a key "__proto__"; no member may have that name.')
  }
  return value
}

const malformed = (detail: string): AppError => new AppError('body-malformed', { detail })

const hasPrototypeKey = (value: Json): boolean =>
  Array.isArray(value)
    ? value.some(hasPrototypeKey)
    : isJsonObject(value) && (Object.hasOwn(value, '__proto__') || Object.values(value).some(hasPrototypeKey))

const QUOTE = 34
const BACKSLASH = 92
const OPENERS: ReadonlySet<number> = new Set([91, 123])
const CLOSERS: ReadonlySet<number> = new Set([93, 125])

/** Counts brackets outside of strings, without recursion. */
function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === BACKSLASH) i += 1
      else if (code === QUOTE) inString = false
    } else if (code === QUOTE) inString = true
    else if (OPENERS.has(code)) {
      depth += 1
      if (depth > limit) return true
    } else if (CLOSERS.has(code)) depth -= 1
  }
  return false
}
