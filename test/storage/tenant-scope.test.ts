import fc from 'fast-check'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { TenantId } from '../../src/kernel/ids.ts'
import type { Database } from '../../src/storage/schema.ts'
import { openSqlite, type Storage } from '../../src/storage/sqlite.ts'
import { type TenantDb, tenantDb } from '../../src/storage/tenants/tenant-scope.ts'

const A = 'a' as TenantId
const B = 'b' as TenantId

let storage: Storage
let mine: TenantDb
/** The same, as somebody would have it who went around the types. */
let raw: Kysely<Database>

beforeAll(async () => {
  storage = await openSqlite(':memory:')
  mine = tenantDb(storage.db, A)
  raw = mine as TenantDb & Kysely<Database>
})
afterAll(() => storage.close())

const member = (tenant: string, id: string, email = `${id}@example.com`) => ({
  tenant,
  id,
  email,
  name: `${tenant} knows ${id}`,
  role: 'member' as const,
  joined_at: 1,
  last_active: null,
})
const counted = (tenant: string, name: string) => ({
  tenant,
  day: 1,
  kind: 'tool' as const,
  name,
  status: 'completed',
  count: 1,
  duration_ms: 1,
  from_memory: 0,
  last_at: 1,
})

/** Both tenants have rows that are alike in everything but the tenant and the name that it gives. */
beforeEach(async () => {
  for (const table of ['membership', 'usage'] as const) await storage.db.deleteFrom(table).execute()
  const both = [A, B].flatMap((tenant) => ['1', '2', '3'].map((id) => ({ tenant, id })))
  await storage.db
    .insertInto('membership')
    .values(both.map(({ tenant, id }) => member(tenant, id)))
    .execute()
  await storage.db
    .insertInto('usage')
    .values(both.map(({ tenant, id }) => counted(tenant, id)))
    .execute()
})

const rowsOf = (tenant: TenantId) =>
  Promise.all(
    (['membership', 'usage'] as const).map((table) =>
      storage.db.selectFrom(table).selectAll().where('tenant', '=', tenant).execute(),
    ),
  )

type Row = { tenant: string }
type Query = { execute(): Promise<unknown> }

/** Conditions that hold for rows of both tenants, or try to reach beyond. */
const condition = fc.constantFrom<(query: ReturnType<typeof users>) => ReturnType<typeof users>>(
  (query) => query,
  (query) => query.where('m.id', '=', '1'),
  (query) => query.where((eb) => eb.or([eb('m.tenant', '=', B), eb('m.tenant', '=', A)])),
  (query) => query.where((eb) => eb.or([eb('m.id', '=', '1'), eb.lit(true)])),
  (query) => query.where((eb) => eb.not(eb('m.tenant', '=', A))),
  (query) => query.where('m.id', 'in', (eb) => eb.selectFrom('usage').select('usage.name')),
  (query) => query.where((eb) => eb.exists(eb.selectFrom('usage as u').selectAll().whereRef('u.name', '=', 'm.id'))),
  (query) => query.innerJoin('usage as i', 'i.name', 'm.id'),
  (query) => query.leftJoin('usage as l', (join) => join.onRef('l.name', '=', 'm.id').on('l.tenant', '=', B)),
  (query) => query.rightJoin('membership as r', 'r.id', 'm.id').where('r.tenant', 'is not', null),
  (query) => query.fullJoin('membership as f', (join) => join.onRef('f.id', '<>', 'm.id')),
  (query) => query.crossJoin('usage as c'),
  (query) => query.orderBy('m.id', 'desc').limit(2),
)
const users = (db: TenantDb) => db.selectFrom('membership as m').selectAll()

describe("a tenant's database", () => {
  test('never gives a row of another tenant, however a query is put together', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(condition, { maxLength: 4 }),
        fc.constantFrom('plain', 'union', 'cte', 'nested'),
        async (parts, form) => {
          // Each join has one name of its own, so that it can be there once.
          const query = [...new Set(parts)].reduce((all, part) => part(all), users(mine))
          const rows = await FORMS[form](query)
          for (const { tenant } of rows) expect([A, null]).toContain(tenant)
        },
      ),
      { numRuns: 150 },
    )
  })

  const FORMS: Record<'plain' | 'union' | 'cte' | 'nested', (query: ReturnType<typeof users>) => Promise<Row[]>> = {
    plain: (query) => query.execute(),
    union: (query) =>
      mine
        .selectFrom(query.as('x'))
        .select('x.tenant')
        .unionAll((eb) => eb.selectFrom('usage').select('usage.tenant'))
        .execute(),
    cte: (query) =>
      mine
        .with('mine', () => query.clearOrderBy().clearLimit())
        .selectFrom('mine')
        .leftJoin('membership as again', 'again.id', 'mine.id')
        .select('again.tenant')
        .execute() as Promise<Row[]>,
    nested: (query) =>
      mine
        .selectFrom('membership as outer')
        .select((eb) => ['outer.tenant', eb.selectFrom(query.as('q')).select('q.name').limit(1).as('other')])
        .execute(),
  }

  test('never changes a row of another tenant', async () => {
    const changes: readonly (() => Query)[] = [
      () => mine.deleteFrom('membership'),
      () => mine.deleteFrom('membership').where((eb) => eb.or([eb('tenant', '=', B), eb.lit(true)])),
      () => mine.updateTable('membership').set({ name: 'changed' }),
      () => mine.updateTable('membership as m').set({ name: 'changed' }).where('m.tenant', '=', B),
      () => mine.updateTable('usage').set((eb) => ({ count: eb('count', '+', 1) })),
      () => mine.updateTable('usage').from('membership').set({ count: 9 }).whereRef('usage.name', '=', 'membership.id'),
      () => mine.insertInto('membership').values(member(A, '9')),
      () =>
        mine
          .insertInto('membership')
          .values([member(A, '8'), member(A, '7')])
          .returningAll(),
      () =>
        mine
          .insertInto('membership')
          .values(member(A, '1', 'new@example.com'))
          .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet({ name: 'changed' })),
    ]
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...changes), { minLength: 1, maxLength: 4 }), async (chosen) => {
        const before = await rowsOf(B)
        for (const change of new Set(chosen)) await change().execute().catch(isConstraint)
        expect(await rowsOf(B)).toEqual(before)
      }),
      { numRuns: 100 },
    )
  })

  const isConstraint = (error: Error): void => expect(error.message).toContain('constraint')

  test('changes no foreign row that stands in the way of an insert', async () => {
    await sql`create unique index one_address on membership (email) where email = 'only@example.com'`.execute(
      storage.db,
    )
    await storage.db
      .insertInto('membership')
      .values(member(B, '5', 'only@example.com'))
      .execute()
    await mine
      .insertInto('membership')
      .values(member(A, '6', 'only@example.com'))
      .onConflict((conflict) => conflict.doUpdateSet({ name: 'stolen' }))
      .execute()
    const row = await storage.db.selectFrom('membership').select('name').where('id', '=', '5').executeTakeFirst()
    expect(row).toEqual({ name: 'b knows 5' })
    await sql`drop index one_address`.execute(storage.db)
  })

  test('gives a row its tenant where the query names none', async () => {
    const { tenant, ...rest } = member(A, '4')
    await raw
      .insertInto('membership')
      .values(rest as never)
      .execute()
    expect(await mine.selectFrom('membership').select('tenant').where('id', '=', '4').execute()).toEqual([{ tenant }])
  })

  test('is found through the index that begins with the tenant', async () => {
    const { sql: text, parameters } = mine.selectFrom('membership').selectAll().where('id', '=', '1').compile()
    const plan = storage.sqlite.prepare(`explain query plan ${text}`).all(...(parameters as string[]))
    expect(plan).toEqual([
      expect.objectContaining({ detail: expect.stringMatching(/SEARCH .*\(tenant=\? AND id=\?\)/) }),
    ])
  })
})

describe('refused before it reaches the database', () => {
  const tenants = sql<string>`(select group_concat(name) from membership)`
  const queries: Readonly<Record<string, () => Query>> = {
    'a row of another tenant': () => mine.insertInto('membership').values(member(B, '9')),
    'one of several rows': () => mine.insertInto('membership').values([member(A, '9'), member(B, '9')]),
    'a row whose tenant is computed': () =>
      mine
        .insertInto('membership')
        .values((eb) => ({ ...member(A, '9'), tenant: eb.fn.coalesce(eb.val('b'), eb.val('b')) })),
    'rows of a query': () =>
      mine
        .insertInto('membership')
        .columns(['tenant', 'id'])
        .expression((eb) => eb.selectFrom('usage').select(['tenant', 'name'])),
    'moving a row to another tenant': () => mine.updateTable('membership').set({ tenant: B }),
    'moving it by a name in capitals': () => raw.updateTable('membership').set({ TENANT: B } as never),
    'moving it where an insert conflicts': () =>
      mine
        .insertInto('membership')
        .values(member(A, '1'))
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet({ tenant: B })),
    'replacing a row': () => raw.replaceInto('membership').values(member(A, '1')),
    'a table of all tenants': () => raw.selectFrom('tenant').selectAll(),
    'a table of all tenants, joined': () =>
      raw.selectFrom('membership').innerJoin('tenant', 'tenant.id', 'membership.id').selectAll(),
    'a table of all tenants, in a subquery': () =>
      raw
        .selectFrom('membership')
        .selectAll()
        .where('id', 'in', (eb) => eb.selectFrom('tenant').select('id')),
    'a table of the database itself': () => raw.selectFrom('sqlite_master' as never).selectAll(),
    'a table of another schema': () => raw.withSchema('main').selectFrom('membership').selectAll(),
    'raw SQL as a column': () => mine.selectFrom('membership').select(tenants.as('x')),
    'raw SQL as a condition': () => mine.selectFrom('membership').selectAll().where(sql<boolean>`1 = 1`),
    'raw SQL as a table': () => raw.selectFrom(sql<Row>`membership`.as('x')).selectAll(),
    'raw SQL as a value': () => mine.updateTable('membership').set({ name: tenants }),
    'raw SQL as an order': () => mine.selectFrom('membership').selectAll().orderBy(tenants),
    'raw SQL alone': () => ({ execute: () => sql`delete from membership`.execute(raw) }),
    'a function that may read files': () =>
      mine.selectFrom('membership').select((eb) => eb.fn('readfile', ['id']).as('x')),
    'a cast': () => mine.selectFrom('membership').select((eb) => eb.cast('id', 'integer').as('x')),
    'a recursive query': () =>
      raw
        .withRecursive('r', (db) => db.selectFrom('membership').select('id'))
        .selectFrom('r')
        .selectAll(),
    'a common table expression out of its scope': () =>
      raw
        .selectFrom('membership')
        .selectAll()
        .where('id', 'in', (eb) => eb.selectFrom('membership').select('id'))
        .where(
          'id',
          'in',
          mine
            .with('tenant', (db) => db.selectFrom('usage').select('name as id'))
            .selectFrom('tenant')
            .select('id'),
        )
        .where('id', 'in', (eb) => eb.selectFrom('tenant').select('id')),
    'a merge': () =>
      raw.mergeInto('membership').using('usage', 'usage.name', 'membership.id').whenMatched().thenDelete(),
    'a change of the tables': () => raw.schema.dropTable('membership'),
  }

  test.each(Object.keys(queries))('%s', async (name) => {
    const before = await Promise.all([rowsOf(A), rowsOf(B)])
    await expect((async () => queries[name]?.().execute())()).rejects.toThrow(
      /^(?:A tenant.s query may not contain|A row (?:of another tenant )?cannot)/,
    )
    expect(await Promise.all([rowsOf(A), rowsOf(B)])).toEqual(before)
  })
})
