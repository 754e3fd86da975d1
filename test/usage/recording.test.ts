/** Counts from the tally to the reports: nothing lost, nothing twice, whatever is written, added up or refused in between. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TenantId } from '../../src/kernel/ids.ts'
import { openSqlite, type Storage } from '../../src/storage/sqlite.ts'
import { usageStore } from '../../src/storage/usage/usage.ts'
import { PARTS, partOf } from '../../src/usage/parts.ts'
import { createUsageRecorder, type UsageRecorder } from '../../src/usage/recorder.ts'
import { createUsageReports } from '../../src/usage/report.ts'
import type { UsageStore } from '../../src/usage/store.ts'
import { RECENT_REQUESTS } from '../../src/usage/usage.ts'
import { createFolder } from '../support/folder.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-usage-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const SOMEBODY = { origin: { actor: { kind: 'local' } }, fromMemory: true } as const
const TENANTS = ['acme', 'globex', 'initech', 'umbrella'] as TenantId[]

type Process = { storage: Storage; store: UsageStore; recorder: UsageRecorder; failing: boolean }

/** What one process has of the database: two of them share the file. */
async function openProcess(clock: { now(): number }): Promise<Process> {
  const storage = await openSqlite(join(folder, 'db.sqlite'))
  const store = usageStore(storage)
  const add: UsageStore['add'] = async (batches) => {
    if (opened.failing) throw new Error('no room')
    return store.add(batches)
  }
  const recorder = createUsageRecorder({
    store: { ...store, add },
    users: { seen: async () => {} },
    clock,
    onCounted: () => {},
    onError: () => {},
  })
  const opened: Process = { storage, store, recorder, failing: false }
  return opened
}

type Act =
  | { kind: 'answer'; by: number; tenant: number; route: number; status: number }
  | { kind: 'run'; by: number; tenant: number }
  | { kind: 'write'; by: number }
  | { kind: 'fail'; by: number }
  | { kind: 'add-up'; by: number; tenant: number }
  | { kind: 'next-day' }

const by = fc.nat(1)
const tenant = fc.nat(TENANTS.length - 1)
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      by,
      tenant,
      route: fc.nat(2),
      status: fc.constantFrom(200, 404),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('run' as const), by, tenant }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('write' as const), by }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), by }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('add-up' as const), by, tenant }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'next-day' } as const) },
)

test('two processes on one database count each request and run once, on its day', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 60 }), async (acts) => {
      rmSync(folder, { recursive: true, force: true })
      let now = Date.UTC(2026, 10, 22)
      const clock = { now: () => now, monotonic: () => now }
      const processes = [await openProcess(clock), await openProcess(clock)]
      const expected = new Map<string, number>()
      const paths = new Map<TenantId, string[]>()
      const expect1 = (...key: (string | number)[]): unknown =>
        expected.set(key.join(' '), (expected.get(key.join(' ')) ?? 0) + 1)
      const dayNow = (): number => Math.floor(now / 86_400_000)
      for (const each of acts) {
        now += 1
        if (each.kind === 'next-day') {
          now += 86_400_000
          continue
        }
        const process = processes[each.by]!
        const { recorder, store } = process
        if (each.kind === 'write') await recorder.flush()
        else if (each.kind === 'fail') {
          process.failing = true
          await recorder.flush().catch(() => {})
          process.failing = false
        } else {
          const id = TENANTS[each.tenant]!
          if (each.kind === 'add-up') await store.addUp(partOf(id))
          else if (each.kind === 'run') {
            recorder.executed(id, { kind: 'tool', name: 'double', status: 'completed', durationMs: 2 })
            expect1(id, dayNow(), 'tool', 'completed')
          } else {
            const { status } = each
            const route = `/r${each.route}`
            recorder.answered({ method: 'GET', route, status, durationMs: 1.5 }, { tenant: id, ...SOMEBODY })
            expect1(id, dayNow(), 'request', status)
            paths.set(id, [route, ...(paths.get(id) ?? [])])
          }
        }
      }
      for (const { recorder } of processes) await recorder.flush()
      const [{ store }, second] = processes as [Process, Process]
      const reports = createUsageReports({ store, recorder: second.recorder, clock })
      const found = new Map<string, number>()
      for (const id of TENANTS) {
        const { recent, requests } = await reports.analytics(id)
        expect(recent.map(({ path }) => path)).toEqual((paths.get(id) ?? []).slice(0, RECENT_REQUESTS))
        expect(requests.avgDurationMs).toBe(requests.total === 0 ? null : 1.5)
        for (const { day, kind, status, count } of await store.byDay(id, 0)) {
          found.set([id, day, kind, status].join(' '), count)
        }
      }
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
      for (const { storage, recorder } of processes) {
        await recorder.close()
        await storage.close()
      }
    }),
    { numRuns: 25 },
  )
})

test('a group that was not added up survives a kill, and counts once after every start', async () => {
  const product = createFolder()
  try {
    product.commit('acme', {})
    const ask = async (url: string, path: string) =>
      (await fetch(`${url}${path}`, { headers: { 'X-Tenant-ID': 'acme' } })).json() as Promise<{
        total_requests: number
      }>
    const first = await product.serve()
    for (let i = 0; i < 7; i += 1) await ask(first.url, '/api/v1/config')
    // Whoever asks for the metrics has all that was counted written.
    await (await fetch(`${first.url}/metrics`)).text()
    await first.stop('SIGKILL')
    const second = await product.serve()
    expect(await ask(second.url, '/api/analytics/requests')).toMatchObject({ total_requests: 7 })
    await second.stop('SIGKILL')
    const third = await product.serve()
    expect(await ask(third.url, '/api/analytics/requests')).toMatchObject({ total_requests: 7 })
    await third.stop()
  } finally {
    product.remove()
  }
})

test('ids that look alike fall into all parts', () => {
  const parts = Array.from({ length: 10_000 }, (_, index) => partOf(`tenant-${index}` as TenantId))
  expect(new Set(parts).size).toBe(PARTS)
})
