/**
 * A route as data: what it is called, what it takes and gives, who may ask, and what it does. The server mounts these
 * and `/openapi.json` is made of them, so that neither can leave the other behind.
 */

import type { Origin } from '../access/actor.ts'
import type { OperatorRight, TenantRight } from '../access/rights.ts'
import type { ProblemCode } from '../kernel/errors.ts'
import type { Ctx, Reply } from './exchange.ts'
import type { TenantScope } from './tenant-scope.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

export type Parameter = {
  name: string
  in: 'path' | 'query' | 'header'
  description: string
  schema: object
  required?: boolean
}

/** An answer without a schema has no JSON body. */
export type DescribedAnswer = {
  description: string
  schema?: object
  contentType?: string
  /** Beside those that the access and the status bring with them. */
  headers?: readonly ('ETag' | 'Link' | 'Location')[]
  /** Schemas of the further content types that a request may ask for. */
  onRequest?: Readonly<Record<string, object>>
}

export type Operation = {
  id: string
  summary: string
  description?: string
  tag: 'tenant' | 'admin' | 'operations'
  parameters?: readonly Parameter[]
  body?: BodyDescription | readonly BodyDescription[]
  /** By status. */
  responses: Readonly<Record<number, DescribedAnswer>>
  problems?: readonly ProblemCode[]
}

/** Several where the content type decides. */
export type BodyDescription = { schema: object; example?: unknown; contentType?: string }

export type Answer = Reply | Promise<Reply>

type RouteBase = {
  method: Method
  /** With parameters in braces, as OpenAPI writes them; `{rest+}` takes the rest of the path, slashes and all. */
  path: `/${string}`
  operation: Operation
  /** Whether it changes or runs something: such requests are refused to pages of other sites. */
  effect: 'reads' | 'acts'
  /** Whether it is asked for often, and answered as a whole: with all that arrive in the same turn (turns.ts). */
  inTurns?: true
  /** Whether it takes an `Idempotency-Key`: it starts work or creates something, and has a body of the usual size. */
  idempotent?: true
}

export type Route =
  /** Anybody who reaches the server. */
  | (RouteBase & { access: 'open'; handle: (c: Ctx) => Answer })
  /** Across tenants: operators. */
  | (RouteBase & { access: 'operator'; right: OperatorRight; handle: (c: Ctx, origin: Origin) => Answer })
  /** The tenant that the request names; its branch has been read. */
  | (RouteBase & {
      access: 'tenant'
      right: TenantRight
      /** Knows only later which tools it runs, and so passes the gate by itself. */
      gate?: 'by-handler'
      handle: (c: Ctx, scope: TenantScope) => Answer
    })
