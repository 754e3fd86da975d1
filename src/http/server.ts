/**
 * The way of one request, in order: request id, host, who may ask, the tenant's head, the handler, the answer, the metric.
 * One function per route and no chain of middleware: a handler that is synchronous is answered without a microtask.
 *
 * Hono answers every route. What thousands ask for in a second, and memory answers, leaves its `Request` and `Response` out
 * on a socket (`turns.ts`): the same functions, found by the same router.
 */
import { type Context, Hono } from 'hono'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { type Actor, actorName } from '../access/actor.ts'
import { may, type Right } from '../access/rights.ts'
import type { Denial, DenialLog } from '../audit/denials.ts'
import type { Clock } from '../kernel/clock.ts'
import { AppError, type ProblemCode } from '../kernel/errors.ts'
import { settled } from '../kernel/settled.ts'
import { type Authenticate, originOf } from './authentication.ts'
import { type Ctx, type Env, Exchange, type PathParameter, type Reply, requestHeader, targetOf } from './exchange.ts'
import type { Gate } from './gate.ts'
import type { Idempotency } from './idempotency.ts'
import { foreignPageRefusal, refuseForeignHost } from './loopback.ts'
import { pathRefusal } from './path-refusal.ts'
import { problemReply } from './problem.ts'
import { queryGuard } from './query-names.ts'
import type { Answer, Method, Route } from './route.ts'
import type { ScopeResolver, TenantScope } from './tenant-scope.ts'
import type { Turns, Waiting } from './turns.ts'
import { askWithoutSocket } from './without-socket.ts'

export type AnsweredRequest = {
  method: string
  /** The path of the route. */
  route: string
  status: number
  durationMs: number
  /** Where the request was of one tenant, and got as far as its branch. */
  scope: TenantScope | undefined
}

export type Observer = {
  answered(request: AnsweredRequest): void
  /** An error that no rule foresaw. */
  failed(request: { requestId: string; route: string; error: unknown }): void
}

export type ServerDeps = {
  routes: readonly Route[]
  authenticate: Authenticate
  resolveScope: ScopeResolver
  gate: Gate
  idempotency: Idempotency
  /** Refused requests are counted there, for the audit trail. */
  denials: DenialLog
  /** A server on loopback answers to loopback names alone (loopback.ts). */
  answersTo: 'loopback-names' | 'any-name'
  observer: Observer
  together: Turns['together']
  clock: Clock
  newId: () => string
}

export type HttpServer = {
  app: Hono<Env>
  turns: Turns
  /** Answers a request that comes without a socket. */
  request(url: string, init?: RequestInit): Promise<Response>
  /** What is mounted. */
  routes: readonly Pick<Route, 'method' | 'path'>[]
}

type Handler = (c: Ctx) => Answer

export function createServer(deps: ServerDeps): HttpServer {
  const { routes, observer, denials, clock, newId } = deps
  const isLocal = deps.answersTo === 'loopback-names'
  const refuseForeignPage = foreignPageRefusal(isLocal ? ['http'] : ['http', 'https'])
  const admitHost = isLocal ? refuseForeignHost : () => {}
  // One regular expression finds a route; a path that it cannot hold beside the others is refused here, at start.
  const app = new Hono<Env>({ router: new RegExpRouter() })
  const inTurns = new RegExpRouter<Handler>()
  const allowed = new Map<string, Method[]>()
  for (const route of routes) {
    const [method, path] = [route.method.toUpperCase(), honoPath(route.path)]
    const handler = observed(route.path, handlerOf(route, deps, refuseForeignPage))
    app.on(method, path, byHono(handler))
    if (route.inTurns) inTurns.add(method, path, handler)
    allowed.set(route.path, [...(allowed.get(route.path) ?? []), route.method])
  }
  // Apart from the routes: where two handlers fit a path, Hono chains them by promises, for every request.
  const refusals = new Hono<Env>()
  for (const [path, methods] of allowed) {
    refusals.all(honoPath(path), byHono(observed(path, () => refuseMethod(methods))))
  }
  refusals.notFound(byHono(observed('none', pathRefusal([...allowed.keys()]))))
  app.notFound((c) => refusals.fetch(c.req.raw, c.env))

  function byHono(handler: Handler): (c: Context<Env>) => Response | Promise<Response> {
    return (c) => {
      const reply = handler(new Exchange(c.env, clock.monotonic(), (name) => c.req.param(name)))
      return reply instanceof Promise ? reply.then(responseOf) : responseOf(reply)
    }
  }

  function find(bindings: Env['Bindings']): Waiting | undefined {
    const { incoming } = bindings
    const [found, segments] = inTurns.match(incoming.method ?? '', targetOf(incoming).path)
    const [handler, indexes] = found[0] ?? []
    if (!handler || !indexes) return undefined
    const param: PathParameter = (name) => decoded(segments?.[indexes[name] as number])
    return { c: new Exchange(bindings, clock.monotonic(), param), handler }
  }

  function observed(route: string, handle: Handler): Handler {
    const finish = (c: Ctx, reply: Reply): Reply => {
      const durationMs = clock.monotonic() - c.startedAt
      observer.answered({ method: c.method, route, status: reply.status, durationMs, scope: c.scope })
      return reply
    }
    const fail = (c: Ctx, error: unknown): Reply => {
      if (!(error instanceof AppError)) observer.failed({ requestId: c.requestId, route, error })
      else if (DENIED.has(error.code)) denials.deny(denialOf(c, route, error))
      return finish(c, problemReply(c, error))
    }
    return (c) => {
      c.requestId = requestIdOf(c) ?? newId()
      try {
        admitHost(c)
        const reply = handle(c)
        if (!(reply instanceof Promise)) return finish(c, reply)
        return reply.then(
          (later) => finish(c, later),
          (error: unknown) => fail(c, error),
        )
      } catch (error) {
        return fail(c, error)
      }
    }
  }

  return {
    app,
    turns: { find, together: deps.together },
    request: (url, init) => askWithoutSocket(app, url, init),
    routes,
  }
}

/** What a web response takes; types of Node say it with another kind of buffer. */
type Body = ConstructorParameters<typeof Response>[0]

const responseOf = ({ status, headers, body }: Reply): Response => new Response(body as Body, { status, headers })

/** As Hono decodes a parameter: what is no UTF-8 stays as it was sent. */
function decoded(text: string | undefined): string | undefined {
  if (!text?.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What happens before the handler of a route, by who may ask. */
function handlerOf(
  route: Route,
  { authenticate, resolveScope, gate, idempotency }: ServerDeps,
  refuseForeignPage: (c: Ctx) => void,
): (c: Ctx) => Answer {
  const admit = route.effect === 'acts' ? refuseForeignPage : () => {}
  if (route.access === 'open') {
    return (c) => {
      admit(c)
      return route.handle(c)
    }
  }
  const checkQuery = queryGuard(route.operation)
  const once: Idempotency = route.idempotent ? idempotency : (_c, _caller, answer) => answer()
  const handle = (c: Ctx, actor: Actor): Answer => {
    c.actor = actor
    if (!may(actor, route.right)) throw lacking(route.right)
    checkQuery(c)
    const origin = originOf(c, actor)
    if (route.access === 'operator') return once(c, { tenant: null, actor }, () => route.handle(c, origin))
    return settled(resolveScope(c, origin), (scope) => {
      c.scope = scope
      return once(c, { tenant: scope.tenant, actor }, () =>
        route.gate === 'by-handler'
          ? countedWhenFailed(gate, c, scope, () => route.handle(c, scope))
          : settled(gate.admit(c, scope, []), () => route.handle(c, scope)),
      )
    })
  }
  return (c) => {
    admit(c)
    return settled(authenticate(c), (actor) => handle(c, actor))
  }
}

/** A request that failed before its handler knew what to run has passed no gate yet; it cost the server all the same. */
function countedWhenFailed(gate: Gate, c: Ctx, scope: TenantScope, handle: () => Answer): Answer {
  const count = (error: unknown): Answer => {
    const isDenied = error instanceof AppError && error.code === 'tenant-policy-denied'
    if (scope.isCounted || isDenied) throw error
    return settled(gate.admit(c, scope, []), () => {
      throw error
    })
  }
  try {
    const answer = handle()
    return answer instanceof Promise ? answer.catch(count) : answer
  } catch (error) {
    return count(error)
  }
}

const lacking = (right: Right): AppError =>
  new AppError('access-denied', {
    detail: `This takes the right "${right}", which the caller does not have.`,
    data: { right },
  })

/** What the audit trail is told of: somebody asked for what is not theirs. */
const DENIED: ReadonlySet<ProblemCode> = new Set([
  'access-denied',
  'credentials-invalid',
  'credentials-required',
  'tenant-mismatch',
])

/** Of the tenant of the key: another one that the request named is none of its business. */
function denialOf(c: Ctx, route: string, { code, internal }: AppError): Denial {
  const actor = c.actor ?? { kind: 'nobody' }
  const { requestId, address } = originOf(c, actor)
  const tenant = actor.kind === 'key' ? actor.tenant : null
  return {
    actor: actorName(actor),
    tenant,
    reason: internal === undefined ? code : `${code}: ${internal}`,
    route,
    requestId,
    address,
  }
}

function refuseMethod(methods: readonly Method[]): never {
  const allow = methods.map((method) => method.toUpperCase()).join(', ')
  throw new AppError('method-not-allowed', { detail: `This path takes ${allow}.`, headers: { Allow: allow } })
}

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/

/** The caller's own request id, where it is fit to be logged. */
function requestIdOf(c: Ctx): string | undefined {
  const given = requestHeader(c, 'x-request-id')
  return given !== undefined && REQUEST_ID.test(given) ? given : undefined
}

/** `/a/{b}` and `/a/{b+}` in Hono's syntax. */
const honoPath = (path: string): string => path.replace(/\{(\w+)\+\}/g, ':$1{.+}').replace(/\{(\w+)\}/g, ':$1')
