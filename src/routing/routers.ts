/**
 * Routers for all tenants, which share what they have in common. Definitions are shared by the id of their file, so that a
 * base holds nothing of a tenant that another one could not have: what is not among a router's own definitions is left
 * out of each of its answers (definition-index.ts).
 */
import { LRUCache } from 'lru-cache'
import { type Base, baseOf, type Defined, definedIn, indexOver, ownOf } from './definition-index.ts'
import type { Definitions, Described, Router } from './route.ts'
import { routerOver } from './router.ts'
import { indexWords, type SearchIndex } from './search.ts'

export type Routers = {
  /** One router for one pair of maps. Costs nothing until the first text. */
  of(tools: ReadonlyMap<string, Described>, workflows: ReadonlyMap<string, Described>): Router
}

/** Bases that new routers can choose from: the trunk of today, and those that tenants are still at. */
const MAX_BASES = 4
/** Definitions that a tenant has beside a base; with more of them it is worth a base of its own. */
const MAX_OWN = 24
/** Indexes of words, some 200 KB each: they are asked only where neither a name nor a pattern fits. */
const MAX_WORD_INDEXES = 50

/** Tools are nearly always asked for beside the same workflows. */
type Routed = { workflows: object; router: Router; others?: WeakMap<object, Router> }

export function createRouters(): Routers {
  /** The one that was used last comes last. */
  let bases: Base[] = []
  const words = new LRUCache<Definitions, SearchIndex>({ max: MAX_WORD_INDEXES })
  const routers = new WeakMap<object, Routed>()

  function nearestBase(definitions: Definitions): { base: Base; own: readonly Defined[] } {
    const isSmall = definitions.tool.size + definitions.workflow.size <= MAX_OWN
    const near = (isSmall ? [EMPTY, ...bases] : bases)
      .map((base) => ({ base, own: ownOf(definitions, base) }))
      .filter(({ own }) => own.length <= MAX_OWN)
      .sort((a, b) => a.own.length - b.own.length)
    const chosen = near[0] ?? { base: baseOf(definitions), own: [] }
    if (chosen.base !== EMPTY) bases = [...bases.filter((each) => each !== chosen.base), chosen.base].slice(-MAX_BASES)
    return chosen
  }

  /** Small until the first text: most tenants' are never asked. */
  function create(definitions: Definitions): Router {
    let router: Router | undefined
    return {
      route(text) {
        router ??= made(definitions)
        return router.route(text)
      },
    }
  }

  function made(definitions: Definitions): Router {
    let index: ReturnType<typeof indexOver> | undefined
    return routerOver(definitions, {
      index() {
        if (index) return index
        const { base, own } = nearestBase(definitions)
        index = indexOver(base, definitions, own)
        return index
      },
      words() {
        const known = words.get(definitions)
        if (known) return known
        const made = indexWords(definedIn(definitions))
        words.set(definitions, made)
        return made
      },
    })
  }

  return {
    of(tools, workflows) {
      const known = routers.get(tools)
      if (!known) {
        const router = create({ tool: tools, workflow: workflows })
        routers.set(tools, { workflows, router })
        return router
      }
      if (known.workflows === workflows) return known.router
      known.others ??= new WeakMap()
      const router = known.others.get(workflows) ?? create({ tool: tools, workflow: workflows })
      known.others.set(workflows, router)
      return router
    },
  }
}

/** For tenants with a handful of definitions. */
const EMPTY: Base = baseOf({ tool: new Map(), workflow: new Map() })
