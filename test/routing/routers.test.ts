/** Routers of many tenants share indexes; no answer may show it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRouters } from '../../src/routing/routers.ts'
import { type Routable, routerOf } from './router-of.ts'

const WORDS = ['order', 'refund', 'invoice', 'report', 'close', 'the', 'books', 'Tax', 'TAX', 'validate']
const word = fc.constantFrom(...WORDS)
const pattern = fc
  .array(fc.oneof(word, fc.constantFrom('{a}', '{b}')), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(' '))
const definition = fc.record({
  kind: fc.constantFrom('tool' as const, 'workflow' as const),
  name: fc.array(word, { minLength: 1, maxLength: 2 }).map((parts) => parts.join('')),
  description: fc.array(word, { maxLength: 4 }).map((parts) => parts.join(' ')),
  patterns: fc.array(pattern, { maxLength: 3 }),
  examples: fc.array(pattern, { maxLength: 1 }),
})
const text = fc
  .array(fc.oneof(word, fc.constantFrom('7', 'globex', 'ordr')), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(' '))

/** As in a tree: a name is one definition's, and a definition is one object, whichever tenants have it. */
const unique = (definitions: readonly Routable[]): Routable[] => [
  ...new Map(definitions.map((each) => [each.name, each])).values(),
]
const mapOf = (kind: Routable['kind'], definitions: readonly Routable[]) =>
  new Map(definitions.filter((each) => each.kind === kind).map((each) => [each.name, each]))

test('a router that shares with the routers of forty other tenants answers as one that was built alone', () => {
  fc.assert(
    fc.property(
      fc.array(definition, { minLength: 30, maxLength: 60 }),
      fc.array(
        fc.record({
          removed: fc.array(fc.nat(59), { maxLength: 5 }),
          added: fc.array(definition, { maxLength: 30 }),
          texts: fc.array(text, { minLength: 1, maxLength: 8 }),
        }),
        { minLength: 5, maxLength: 40 },
      ),
      (trunk, tenants) => {
        const routers = createRouters()
        for (const { removed, added, texts } of tenants) {
          const kept = trunk.filter((_, index) => !removed.includes(index))
          const definitions = unique([...kept, ...added])
          const shared = routers.of(mapOf('tool', definitions), mapOf('workflow', definitions))
          const alone = routerOf(definitions)
          const names = definitions.map(({ name }) => name)
          for (const each of [...texts, ...names.slice(0, 3)]) expect(shared.route(each)).toEqual(alone.route(each))
        }
      },
    ),
    { numRuns: process.env.ESPALIER_SOAK === '1' ? 200 : 8 },
  )
})

test('one pair of maps has one router', () => {
  const routers = createRouters()
  const [tools, workflows] = [mapOf('tool', []), mapOf('workflow', [])]
  expect(routers.of(tools, workflows)).toBe(routers.of(tools, workflows))
  expect(routers.of(tools, mapOf('workflow', []))).not.toBe(routers.of(tools, workflows))
})
