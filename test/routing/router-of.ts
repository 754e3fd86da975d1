/** A router over a list, which shares nothing with any other. */
import type { Described, Router, RouteTarget } from '../../src/routing/route.ts'
import { createRouters } from '../../src/routing/routers.ts'

export type Routable = RouteTarget & Described

export function routerOf(routables: readonly Routable[]): Router {
  const byName = (kind: RouteTarget['kind']) =>
    new Map(routables.filter((each) => each.kind === kind).map((each) => [each.name, each]))
  return createRouters().of(byName('tool'), byName('workflow'))
}
