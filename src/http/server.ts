/**
 * The way of one request, in order: request id, host, who may ask, the tenant's head, the handler, the answer, the metric.
 * One function per route and no chain of middleware: a handler that is synchronous is answered without a microtask.
 */
import { Hono } from 'hono'
import type { Actor } from '../access/actor.ts'
import { may, type Right } from '../access/rights.ts'
import type { Clock } from '../kernel/clock.ts'
import { AppError } from '../kernel/errors.ts'
import { type Authenticate, originOf } from './authentication.ts'
import { type Ctx, type Env, requestHeader } from './exchange.ts'
import { refuseForeignHost, refuseForeignPage } from './loopback.ts'
import { problemResponse } from './problem.ts'
import type { Answer, Method, Route } from './route.ts'
import type { ScopeResolver } from './tenant-scope.ts'

export type Observer = {
  answered(request: { method: string; route: string; status: number; durationMs: number }): void
  /** An error that no rule foresaw. */
  failed(request: { requestId: string; route: string; error: unknown }): void
}

export type ServerDeps = {
  routes: readonly Route[]
  authenticate: Authenticate
  resolveScope: ScopeResolver
  observer: Observer
  clock: Clock
  newId: () => string
}

export function createServer(deps: ServerDeps): Hono<Env> {
  const { routes, observer, clock, newId } = deps
  const app = new Hono<Env>()
  const allowed = new Map<string, Method[]>()
  for (const route of routes) {
    app.on(route.method.toUpperCase(), honoPath(route.path), observed(route.path, handlerOf(route, deps)))
    allowed.set(route.path, [...(allowed.get(route.path) ?? []), route.method])
  }
  for (const [path, methods] of allowed)
    app.all(
      honoPath(path),
      observed(path, () => refuseMethod(methods)),
    )
  app.notFound(observed('none', refusePath))
  return app

  function observed(route: string, handle: (c: Ctx) => Response | Promise<Response>) {
    return (c: Ctx): Response | Promise<Response> => {
      const startedAt = clock.monotonic()
      c.set('requestId', requestIdOf(c) ?? newId())
      const finish = (response: Response): Response => {
        const durationMs = clock.monotonic() - startedAt
        observer.answered({ method: c.req.method, route, status: response.status, durationMs })
        return response
      }
      const fail = (error: unknown): Response => {
        if (!(error instanceof AppError)) observer.failed({ requestId: c.var.requestId, route, error })
        return finish(problemResponse(c, error))
      }
      try {
        refuseForeignHost(c)
        const answer = handle(c)
        return answer instanceof Promise ? answer.then(finish, fail) : finish(answer)
      } catch (error) {
        return fail(error)
      }
    }
  }
}

/** What happens before the handler of a route, by who may ask. */
function handlerOf(route: Route, { authenticate, resolveScope }: ServerDeps): (c: Ctx) => Answer {
  const admit = route.effect === 'acts' ? refuseForeignPage : () => {}
  if (route.access === 'open') {
    return (c) => {
      admit(c)
      return route.handle(c)
    }
  }
  const handle = (c: Ctx, actor: Actor): Answer => {
    if (!may(actor, route.right)) throw lacking(route.right)
    const origin = originOf(c, actor)
    if (route.access === 'operator') return route.handle(c, origin)
    return settled(resolveScope(c, origin), (scope) => route.handle(c, scope))
  }
  return (c) => {
    admit(c)
    return settled(authenticate(c), (actor) => handle(c, actor))
  }
}

/** Goes on with a value at once where it is there already. */
const settled = <T>(value: T | Promise<T>, next: (value: T) => Answer): Answer =>
  value instanceof Promise ? value.then(next) : next(value)

const lacking = (right: Right): AppError =>
  new AppError('access-denied', { detail: `This takes the right "${right}", which the caller does not have.` })

function refuseMethod(methods: readonly Method[]): never {
  const allow = methods.map((method) => method.toUpperCase()).join(', ')
  throw new AppError('method-not-allowed', { detail: `This path takes ${allow}.`, headers: { Allow: allow } })
}

function refusePath(): never {
  throw new AppError('not-found', { detail: 'Nothing is here; /openapi.json lists every path.' })
}

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/

/** The caller's own request id, where it is fit to be logged. */
function requestIdOf(c: Ctx): string | undefined {
  const given = requestHeader(c, 'x-request-id')
  return given !== undefined && REQUEST_ID.test(given) ? given : undefined
}

/** `/a/{b}` and `/a/{b+}` in Hono's syntax. */
const honoPath = (path: string): string => path.replace(/\{(\w+)\+\}/g, ':$1{.+}').replace(/\{(\w+)\}/g, ':$1')
