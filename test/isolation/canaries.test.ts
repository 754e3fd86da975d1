/**
 * Attack 47 and the property of isolation: whatever is asked, by whomever, about whosever things, an answer holds nothing
 * of another tenant's. Ten tenants have canaries in everything that is theirs; every operation of the API is called with
 * keys of every role, by header, with headers that do not fit, and with ids of others. At the end the log, the metrics,
 * the exports and the files are searched too.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TENANT_ROLES } from '../../src/access/actor.ts'
import { type Call, type Caller, type Operation, run } from './call.ts'
import { canariesIn, KINDS } from './canary.ts'
import { plantWorld, TENANTS, type World } from './world.ts'

const isSoak = process.env.ESPALIER_SOAK === '1'
const SIZE = isSoak ? { numRuns: 200, maxCommands: 100 } : { numRuns: 16, maxCommands: 60 }
const SEED = isSoak ? Date.now() % 2 ** 31 : 20_260_301

let world: World
let operations: readonly Operation[]
/** What is drawn from: operations that keep their answers come up more often. */
let drawn: readonly Operation[]

beforeAll(async () => {
  world = await plantWorld()
  operations = operationsOf(await (await fetch(`${world.server.url}/openapi.json`)).json())
  drawn = operations.flatMap((operation) =>
    Array.from({ length: operation.takesIdempotencyKey ? 4 : 1 }, () => operation),
  )
})
afterAll(async () => {
  await world?.server.stop()
  world?.folder.remove()
})

type Description = {
  paths: Record<
    string,
    Record<
      string,
      { operationId: string; tags: string[]; security: object[]; parameters?: { name: string }[]; requestBody?: object }
    >
  >
}

const operationsOf = (description: unknown): Operation[] =>
  Object.entries((description as Description).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { operationId, tags, security, parameters = [], requestBody }]): Operation => {
        const access = security.length === 0 ? 'open' : tags.includes('tenant') ? 'tenant' : 'operator'
        return {
          id: operationId,
          method: method.toUpperCase(),
          path,
          access,
          hasBody: requestBody !== undefined,
          takesIdempotencyKey: parameters.some(({ name }) => name === 'Idempotency-Key'),
        }
      },
    ),
  )

test('every operation answers to whom it is for, and shows the canaries that the property looks for', async () => {
  const seen = new Set<string>()
  for (const [index, operation] of inOrder(operations).entries()) {
    const caller: Caller =
      operation.access === 'tenant' ? { kind: 'key', tenant: 0, role: 'owner' } : { kind: 'trusted' }
    const { status, kinds } = await run(world, {
      operation,
      caller,
      subject: 0,
      header: 'nobody',
      idempotency: 'none',
      nth: parametersBefore(index),
    })
    expect([200, 201, 204], `${operation.id}: ${status}`).toContain(status)
    for (const kind of kinds) seen.add(kind)
  }
  // Secrets and keys of idempotency are never shown.
  const hidden = ['secret', 'idempotency']
  expect([...seen].toSorted()).toEqual(KINDS.filter((kind) => !hidden.includes(kind)).toSorted())
})

/** Each operation gets an id that none before it has used up. */
function parametersBefore(index: number): number {
  const ordered = inOrder(operations)
  const parameter = /\{\w+\}(?!.*\{)/.exec(ordered[index]?.path ?? '')?.[0]
  return parameter ? ordered.slice(0, index).filter(({ path }) => path.includes(parameter)).length : 0
}

const LAST = ['suspend-tenant', 'resume-tenant', 'delete-tenant', 'restore-tenant']

/** As described, but what takes a tenant away comes last, and is undone. */
const inOrder = (all: readonly Operation[]): Operation[] =>
  all.toSorted((a, b) => LAST.indexOf(a.id) - LAST.indexOf(b.id))

const tenant = fc.nat({ max: TENANTS - 1 })

const caller: fc.Arbitrary<Caller> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('key' as const), tenant, role: fc.constantFrom(...TENANT_ROLES) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('key' as const), tenant, role: fc.constant('owner' as const) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('operator-key' as const, 'admin-token' as const, 'trusted' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forwarded' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forged' as const), tenant }) },
)

const call = (): fc.Arbitrary<fc.AsyncCommand<World, World>> =>
  fc
    .record({
      place: fc.noBias(fc.nat()),
      caller,
      subject: tenant,
      own: fc.boolean(),
      header: fc.constantFrom('nobody' as const, 'subject' as const, 'caller' as const),
      idempotency: fc.constantFrom('none' as const, 'shared' as const, 'subject' as const),
      nth: fc.noBias(fc.nat({ max: 1_000 })),
    })
    .map(({ place, own, ...rest }) => {
      const mine = own && 'tenant' in rest.caller ? { subject: rest.caller.tenant } : {}
      return callCommand({ ...rest, ...mine }, place)
    })

const callCommand = (given: Omit<Call, 'operation'>, place: number): fc.AsyncCommand<World, World> => {
  const whole = (): Call => ({ ...given, operation: drawn[place % drawn.length]! })
  return {
    check: () => true,
    async run(model) {
      await run(model, whole())
    },
    toString: () => JSON.stringify(whole()),
  }
}

/** The tenant's branch gets another commit, which is valid or is not: then the last good one is served, and says so. */
const commit = (): fc.Arbitrary<fc.AsyncCommand<World, World>> =>
  fc.record({ tenant, isValid: fc.boolean() }).map((given) => ({
    check: () => true,
    async run({ folder, tenants }) {
      const { of } = tenants[given.tenant]!
      folder.commit(of.id, { [`tools/broken-${of.file}.json`]: given.isValid ? null : `{"name": "${of.tool}"` })
    },
    toString: () => `commit ${JSON.stringify(given)}`,
  }))

test('no answer holds anything of a tenant that is none of the business of who asked', async () => {
  console.log(`seed ${SEED}`)
  const commands = fc.commands([...Array.from({ length: 15 }, call), commit()], {
    maxCommands: SIZE.maxCommands,
    size: 'max',
  })
  const property = fc.asyncProperty(commands, (all) => fc.asyncModelRun(() => ({ model: world, real: world }), all))
  await fc.assert(property, { seed: SEED, numRuns: SIZE.numRuns })
}, 3_600_000)

test("an export of a tenant's audit trail holds nothing of another tenant's", async () => {
  for (const { index, of, keys } of world.tenants) {
    await fetch(`${world.server.url}/admin/tenants/${of.id}/restore`, { method: 'POST' })
    await fetch(`${world.server.url}/admin/tenants/${of.id}/resume`, { method: 'POST' })
    const headers = { Authorization: `Bearer ${keys.owner}`, Accept: 'application/x-ndjson' }
    const answer = await fetch(`${world.server.url}/api/v1/audit`, { headers })
    const text = await answer.text()
    expect(answer.status, text).toBe(200)
    expect(canariesIn(text).map((canary) => canary.tenant)).toContain(index)
    expect(canariesIn(text).filter((canary) => canary.tenant !== index || canary.kind === 'secret')).toEqual([])
  }
})

test('metrics and log name tenants by their ids at most', async () => {
  const metrics = await (await fetch(`${world.server.url}/metrics`)).text()
  expect(canariesIn(metrics).filter(({ kind }) => kind !== 'id')).toEqual([])
  await world.server.stop()
  expect(world.server.process.exitCode).toBe(0)
  const log = world.server.stderr()
  expect(canariesIn(log).filter(({ kind }) => kind !== 'id')).toEqual([])
  expect(log).not.toContain('A request failed unforeseen')
  for (const key of world.shown.keys()) expect(log).not.toContain(key)
})

test('neither the data folder nor the repository holds a secret or a key in plain text', async () => {
  const { path } = world.folder
  expect(await world.folder.espalier(['audit', 'verify'])).toMatchObject({ code: 0 })
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.length).toBeGreaterThan(10)
  const hidden = [...world.tenants.map(({ of }) => of.secret), ...world.shown.keys()]
  expect(hidden.length).toBeGreaterThan(TENANTS * 10)
  for (const file of files) {
    const bytes = readFileSync(join(file.parentPath, file.name))
    for (const secret of hidden) {
      for (const encoding of ['utf8', 'base64', 'hex'] as const) {
        const form = Buffer.from(secret).toString(encoding).replace(/=+$/, '')
        expect(bytes.includes(form), `${file.name} holds ${secret} as ${encoding}`).toBe(false)
      }
    }
  }
})
