import { expect, test } from 'vitest'
import type { Oid, RefName, TenantId } from '../../../src/kernel/ids.ts'
import { fingerprintOf } from '../../../src/rollouts/plan/fingerprint.ts'
import type { Conflict, Outcome, PlannedTenant } from '../../../src/rollouts/plan/plan.ts'
import { createSummary } from '../../../src/rollouts/plan/summary.ts'

const OID = '1'.repeat(40) as Oid

const planned = (tenant: string, outcome: Outcome): PlannedTenant => ({
  tenant: tenant as TenantId,
  ref: `refs/heads/customer/${tenant}` as RefName,
  head: OID,
  base: OID,
  outcome,
})

const conflict = (over: Partial<Conflict> = {}): Conflict => {
  const members = {
    path: 'config/a.yaml',
    pointer: '/x',
    kind: 'edit-edit',
    base: '1',
    ours: '2',
    theirs: '3',
  } as const
  const made = { ...members, ...over }
  return { ...made, fingerprint: fingerprintOf(made) }
}

test('equal conflicts of several tenants are one, and the one of most tenants comes first', () => {
  const { add, summary } = createSummary()
  add(planned('lone', { kind: 'conflict', conflicts: [conflict({ ours: '5' })] }))
  add(planned('first', { kind: 'conflict', conflicts: [conflict()] }))
  add(planned('second', { kind: 'conflict', conflicts: [conflict(), conflict({ pointer: '/y' })] }))
  add(planned('done', { kind: 'noop' }))

  expect(summary().counts).toEqual({ noop: 1, clean: 0, structural: 0, conflict: 3, invalid: 0, held: 0 })
  expect(summary().clusters.map(({ conflict: { pointer, ours }, tenants }) => ({ pointer, ours, tenants }))).toEqual([
    { pointer: '/x', ours: '2', tenants: ['first', 'second'] },
    { pointer: '/x', ours: '5', tenants: ['lone'] },
    { pointer: '/y', ours: '2', tenants: ['second'] },
  ])
})

test('a value of one member cannot pass for a part of the next one', () => {
  const split = [conflict({ base: 'a', ours: 'bc' }), conflict({ base: 'ab', ours: 'c' }), conflict({ base: null })]
  expect(new Set(split.map(({ fingerprint }) => fingerprint)).size).toBe(3)
})
