/** The rules of runs that need nothing to run: moves, waves, gates, decisions. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseTenantId, type TenantId } from '../../src/kernel/ids.ts'
import { DEFAULT_THRESHOLDS, gateRefusal } from '../../src/rollouts/runs/gate.ts'
import { isHeld } from '../../src/rollouts/runs/hold.ts'
import { decisionsFor } from '../../src/rollouts/runs/resolution.ts'
import { HOLDS_TENANTS, moved, RUN_MOVES, RUN_STATUSES, type RunMove, UNDER_WAY } from '../../src/rollouts/runs/run.ts'
import { countsOf } from '../../src/rollouts/runs/tenant-state.ts'
import { assignWaves, percentileOf, type WaveSpec } from '../../src/rollouts/runs/waves.ts'

const id = (text: string): TenantId => parseTenantId(text) ?? expect.fail(`${text} is no id`)
const many = Array.from({ length: 1_000 }, (_, i) => ({ id: id(`tenant-${i}`), labels: {} }))

describe('moves', () => {
  const moves = Object.keys(RUN_MOVES) as RunMove[]
  const nextOf = (status: (typeof RUN_STATUSES)[number]) =>
    moves.flatMap((move) => moved(status, move) ?? []).filter((to) => to !== status)

  test('every status can be reached from a draft, and an end from every status', () => {
    const reached = new Set<string>(['draft'])
    const queue: (typeof RUN_STATUSES)[number][] = ['draft']
    for (let status = queue.shift(); status; status = queue.shift()) {
      for (const to of nextOf(status)) {
        if (!reached.has(to)) queue.push(to)
        reached.add(to)
      }
    }
    expect([...reached].toSorted()).toEqual([...RUN_STATUSES].toSorted())
    for (const status of RUN_STATUSES) expect(nextOf(status).length, status).toBeGreaterThan(0)
  })

  test('a run that is over holds no tenant and does nothing by itself', () => {
    for (const status of ['planned', 'completed', 'aborted', 'rolled-back'] as const) {
      expect(HOLDS_TENANTS.has(status), status).toBe(false)
      expect(UNDER_WAY.has(status), status).toBe(false)
    }
  })

  test.each([
    ['approve', 'completed'],
    ['pause', 'planned'],
    ['resume', 'applying'],
    ['abort', 'completed'],
    ['rollback', 'planned'],
    ['retry', 'aborted'],
  ] as const)('%s is refused to a run that is %s', (move, status) => {
    expect(moved(status, move)).toBeUndefined()
  })
})

describe('waves', () => {
  const wave = fc.oneof(
    fc.integer({ min: 1, max: 100 }).map((percent): WaveSpec => ({ kind: 'percent', percent })),
    fc
      .subarray(many.slice(0, 20).map((tenant) => tenant.id))
      .map((tenants): WaveSpec => ({ kind: 'tenants', tenants })),
    fc.constantFrom('eu', 'us').map((region): WaveSpec => ({ kind: 'labels', labels: { region } })),
  )
  const labelled = many.slice(0, 60).map((tenant, i) => ({ ...tenant, labels: i % 3 === 0 ? { region: 'eu' } : {} }))

  test('every tenant is in exactly one wave, no wave is empty, and the order of the tenants does not matter', () => {
    fc.assert(
      fc.property(fc.array(wave, { maxLength: 4 }), fc.integer(), (specs, turn) => {
        const { waves, waveOf } = assignWaves(specs, labelled)
        expect(waveOf.size).toBe(labelled.length)
        expect(new Set(waveOf.values())).toEqual(new Set(waves.keys()))
        const turned = labelled.toSorted((a, b) => (a.id + turn < b.id + turn ? 1 : -1))
        expect(assignWaves(specs, turned).waveOf).toEqual(waveOf)
      }),
      { numRuns: 50 },
    )
  })

  test('a share takes about as many as it says, the same ones at every run, and a larger one takes them too', () => {
    const below = (percent: number) => many.filter((tenant) => percentileOf(tenant.id) < percent)
    expect(below(10).length).toBeGreaterThan(60)
    expect(below(10).length).toBeLessThan(140)
    expect(below(50)).toEqual(expect.arrayContaining(below(10)))
    const { waveOf } = assignWaves(
      [
        { kind: 'percent', percent: 10 },
        { kind: 'percent', percent: 50 },
      ],
      many,
    )
    expect([...waveOf].filter(([, index]) => index === 0)).toHaveLength(below(10).length)
    expect([...waveOf].filter(([, index]) => index === 2)).toHaveLength(many.length - below(50).length)
  })

  test('a canary that is named goes first although a share would take it later', () => {
    const late = many.find((tenant) => percentileOf(tenant.id) > 90) ?? expect.fail('nobody is late')
    const canary: WaveSpec = { kind: 'tenants', tenants: [late.id] }
    const { waves, waveOf } = assignWaves([canary, { kind: 'percent', percent: 50 }], many)
    expect(waveOf.get(late.id)).toBe(0)
    expect(waves).toEqual([canary, { kind: 'percent', percent: 50 }, { kind: 'percent', percent: 100 }])
  })
})

describe('the gate', () => {
  const quiet = { executions: 0, failed: 0 }
  const facts = (wave: Parameters<typeof countsOf>[0], before = quiet, after = quiet) => ({
    wave: countsOf(wave),
    before,
    after,
  })

  test('lets a wave pass in which nothing failed, and no more failures than it may', () => {
    expect(gateRefusal(facts({ verified: 10 }), DEFAULT_THRESHOLDS)).toBeUndefined()
    expect(gateRefusal(facts({ verified: 9, parked: 1 }), { ...DEFAULT_THRESHOLDS, failures: 1 })).toBeUndefined()
    expect(gateRefusal(facts({ verified: 9, parked: 1 }), DEFAULT_THRESHOLDS)).toContain("1 of the wave's 10 tenants")
  })

  test('a share is of those that were tried: conflicts and holds are none', () => {
    const thresholds = { ...DEFAULT_THRESHOLDS, failures: 100, failureShare: 0.25 }
    expect(gateRefusal(facts({ verified: 3, failed: 1, conflict: 50 }), thresholds)).toBeUndefined()
    expect(gateRefusal(facts({ verified: 2, failed: 1, conflict: 50 }), thresholds)).toContain('33.3 %')
  })

  test('compares executions only where there were enough on both sides', () => {
    const before = { executions: 100, failed: 1 }
    const worse = { executions: 100, failed: 10 }
    expect(gateRefusal(facts({ verified: 1 }, before, worse), DEFAULT_THRESHOLDS)).toContain('10 % of the wave')
    expect(
      gateRefusal(facts({ verified: 1 }, before, { executions: 19, failed: 19 }), DEFAULT_THRESHOLDS),
    ).toBeUndefined()
    expect(gateRefusal(facts({ verified: 1 }, quiet, worse), DEFAULT_THRESHOLDS)).toBeUndefined()
    expect(gateRefusal(facts({ verified: 1 }, worse, worse), DEFAULT_THRESHOLDS)).toBeUndefined()
  })
})

test('a hold ends at its instant, and one without an end goes on', () => {
  const hold = { tenant: id('acme'), reason: 'close', by: 'local', at: new Date(0) }
  expect(isHeld({ ...hold, until: new Date(1_000) }, 999)).toBe(true)
  expect(isHeld({ ...hold, until: new Date(1_000) }, 1_000)).toBe(false)
  expect(isHeld({ ...hold, until: null }, Number.MAX_SAFE_INTEGER)).toBe(true)
  expect(isHeld(undefined, 0)).toBe(false)
})

test('what was decided for one tenant comes before what was decided for all, in whatever order', () => {
  const decided = { fingerprint: 'f', by: 'local', at: new Date(0) }
  const all = { ...decided, tenant: null, choice: { kind: 'main' } as const }
  const own = { ...decided, tenant: id('acme'), choice: { kind: 'tenant' } as const }
  for (const resolutions of [
    [all, own],
    [own, all],
  ]) {
    expect(decisionsFor(id('acme'), resolutions).get('f')).toEqual({ kind: 'tenant' })
    expect(decisionsFor(id('globex'), resolutions).get('f')).toEqual({ kind: 'main' })
  }
})
