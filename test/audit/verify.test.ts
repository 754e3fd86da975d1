import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AuditRow, rowHash } from '../../src/audit/row.ts'
import { chainOf, endOf, type Facts, verdictOn } from './memory-chain.ts'

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null })
const facts: fc.Arbitrary<Facts> = fc.record({
  id: fc.uuid(),
  at: fc.nat(),
  action: fc.string(),
  tenant: maybe(fc.string()),
  target: maybe(fc.string()),
  actor: fc.string(),
  person: maybe(fc.string()),
  address: maybe(fc.string()),
  requestId: fc.string(),
  before: maybe(fc.json()),
  after: maybe(fc.json()),
})
const chains = fc.array(facts, { minLength: 1, maxLength: 12 }).map(chainOf)

type Tampering = { rows: AuditRow[]; first: number }

const EDITABLE = [
  'id',
  'at',
  'action',
  'tenant',
  'target',
  'actor',
  'person',
  'address',
  'requestId',
  'before',
  'after',
  'hash',
] as const

const replaced = (rows: AuditRow[], index: number, row: Partial<AuditRow>): AuditRow[] =>
  rows.map((each, at) => (at === index ? { ...each, ...row } : each))

/** Each with the sequence that must be named. */
const TAMPERINGS: Record<string, (rows: AuditRow[]) => fc.Arbitrary<Tampering | undefined>> = {
  'a column edited': (rows) =>
    fc
      .tuple(fc.nat(rows.length - 1), fc.constantFrom(...EDITABLE), fc.oneof(fc.string(), fc.nat(), fc.constant(null)))
      .map(([index, column, value]) =>
        rows[index]![column] === value
          ? undefined
          : { rows: replaced(rows, index, { [column]: value }), first: index + 1 },
      ),
  'a row deleted': (rows) =>
    fc.nat(rows.length - 1).map((index) => ({ rows: rows.filter((_, at) => at !== index), first: index + 1 })),
  'a row deleted and the gap closed': (rows) =>
    fc.nat(rows.length - 1).map((index) => ({
      rows: rows
        .filter((_, at) => at !== index)
        .map((row) => (row.sequence > index ? { ...row, sequence: row.sequence - 1 } : row)),
      first: index + 1,
    })),
  'two rows swapped': (rows) =>
    fc.tuple(fc.nat(rows.length - 1), fc.nat(rows.length - 1)).map(([a, b]) =>
      a === b
        ? undefined
        : {
            rows: replaced(replaced(rows, a, { ...rows[b]!, sequence: a + 1 }), b, { ...rows[a]!, sequence: b + 1 }),
            first: Math.min(a, b) + 1,
          },
    ),
  'a row inserted': (rows) =>
    fc.tuple(fc.nat(rows.length), facts, fc.string()).map(([index, fact, hash]) => ({
      rows: [
        ...rows.map((row) => (row.sequence > index ? { ...row, sequence: row.sequence + 1 } : row)),
        { ...fact, sequence: index + 1, hash },
      ],
      first: index + 1,
    })),
  'a row appended that fits': (rows) =>
    facts.map((fact) => {
      const row = { ...fact, sequence: rows.length + 1 }
      return { rows: [...rows, { ...row, hash: rowHash(row, endOf(rows).hash) }], first: row.sequence }
    }),
}

describe('a chain', () => {
  test('that nobody touched is whole', async () => {
    await fc.assert(
      fc.asyncProperty(chains, async (rows) => {
        expect(await verdictOn(rows, { head: endOf(rows) })).toMatchObject({ kind: 'intact' })
      }),
      { numRuns: 30 },
    )
  })

  test.each(Object.keys(TAMPERINGS))('%s: the first wrong sequence is named', async (name) => {
    const cases = chains.chain((rows) => TAMPERINGS[name]!(rows).map((tampering) => ({ rows, tampering })))
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, tampering }) => {
        fc.pre(tampering !== undefined)
        const verdict = await verdictOn(tampering.rows, { head: endOf(rows) })
        expect(verdict).toMatchObject({ kind: 'broken', sequence: tampering.first })
      }),
      { numRuns: 60 },
    )
  })

  test('whose end was cut off together with the note of it is named by a checkpoint', async () => {
    await fc.assert(
      fc.asyncProperty(chains, fc.nat(), async (rows, cut) => {
        const left = rows.slice(0, cut % rows.length)
        const checkpoints = [{ ...endOf(rows), at: 0 }]
        expect(await verdictOn(left, { head: endOf(left), checkpoints })).toMatchObject({
          kind: 'broken',
          code: 'row-missing',
          sequence: left.length + 1,
        })
      }),
      { numRuns: 30 },
    )
  })

  test('that was written anew from some row on is named by the next checkpoint', async () => {
    await fc.assert(
      fc.asyncProperty(chains, fc.nat(), async (rows, place) => {
        const index = place % rows.length
        const forged = chainOf(replaced(rows, index, { action: `${rows[index]!.action}!` }))
        const checkpoints = rows.map((row) => ({ ...row, at: 0 }))
        expect(await verdictOn(forged, { head: endOf(forged), checkpoints })).toMatchObject({
          kind: 'broken',
          code: 'checkpoint-mismatch',
          sequence: index + 1,
        })
      }),
      { numRuns: 30 },
    )
  })
})

test('the hash of a row is the SHA-256 of the documented text', () => {
  const row = {
    sequence: 1,
    id: 'i',
    at: 5,
    action: 'tenant.created',
    tenant: 'acme',
    target: null,
    actor: 'local',
    person: null,
    address: null,
    requestId: 'r',
    before: null,
    after: '{"a":1}',
  }
  // printf 'espalier-audit-row-v1\n["%064d",1,"i",5,"tenant.created","acme",null,"local",null,null,"r",null,"{\\"a\\":1}"]' 0 | sha256sum
  expect(rowHash(row, '0'.repeat(64))).toBe('d4e4fc55d5ffe2fb3df6f52cc04af58b961cb50c137b4dcedca92b32bfcfe3ea')
})
