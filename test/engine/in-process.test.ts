import { describe, expect, test } from 'vitest'
import { type Defect, inProcessEngine } from '../../src/engine/in-process.ts'
import type { Timer } from '../../src/engine/timer.ts'
import { AppError } from '../../src/kernel/errors.ts'
import { type Oid, parseTenantId } from '../../src/kernel/ids.ts'
import type { Tool, ToolCall, ToolOutcome } from '../../src/tools/tool.ts'
import { workflowOf } from '../workflows/programs.ts'

const ACME = parseTenantId('acme-corp')!
const GLOBEX = parseTenantId('globex-inc')!

/** A clock and timers that only the test moves. */
function handTime() {
  let at = 1_000
  const pending = new Map<object, { dueAt: number; due: () => void }>()
  const timer: Timer = {
    after(delayMs, due) {
      const key = {}
      pending.set(key, { dueAt: at + delayMs, due })
      return () => pending.delete(key)
    },
  }
  const advance = (ms: number): void => {
    at += ms
    for (const [key, { dueAt, due }] of pending) {
      if (dueAt > at) continue
      pending.delete(key)
      due()
    }
  }
  return { clock: { now: () => at + 1_700_000_000_000, monotonic: () => at }, timer, advance, pending }
}

const tool = (name: string, run: (call: ToolCall) => ToolOutcome | Promise<ToolOutcome>): [string, Tool] => [
  name,
  { name, kind: 'compute', deterministic: true, patterns: [], examples: [], run },
]

const never = new Promise<ToolOutcome>(() => {})

function engineWith(tools: [string, Tool][], { maxRunsPerTenant = 64 } = {}) {
  const time = handTime()
  const defects: Defect[] = []
  const engine = inProcessEngine({
    clock: time.clock,
    timer: time.timer,
    onDefect: (defect) => defects.push(defect),
    maxRunsPerTenant,
  })
  const run = (yaml: string, { tenant = ACME, deadlineMs = 30_000 } = {}) =>
    engine.run({
      tenant,
      revision: 'a'.repeat(40) as Oid,
      executionId: 'e1',
      workflow: workflowOf(yaml),
      tools: new Map(tools),
      workflows: new Map(),
      input: {},
      deadlineMs,
    })
  return { ...time, defects, run }
}

/** Lets everything run that waits for nothing but its turn. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('limits', () => {
  test('a tenant at its limit is told so, while another runs; an ended run makes room', async () => {
    let finish = (_: ToolOutcome): void => {}
    const slow = tool('slow', () => new Promise((resolve) => (finish = resolve)))
    const { run } = engineWith([slow], { maxRunsPerTenant: 1 })
    const yaml = '{name: Close, stages: [slow]}'

    const first = run(yaml)
    await expect(run(yaml)).rejects.toMatchObject({ code: 'overloaded', headers: { 'Retry-After': '1' } })
    finish({ kind: 'done', output: 1 })
    expect(await first).toMatchObject({ status: 'completed', output: { slow: 1 } })

    const again = run(yaml)
    const acme = finish
    const other = run(yaml, { tenant: GLOBEX })
    acme({ kind: 'done', output: 2 })
    finish({ kind: 'done', output: 3 })
    expect((await again).output).toEqual({ slow: 2 })
    expect((await other).output).toEqual({ slow: 3 })
  })

  test.each([
    ['the time the caller gives', '{name: Close, stages: [hang, hang]}', 5_000, 5_000],
    ['its own timeout', '{name: Close, timeout: 2s, stages: [hang, hang]}', 5_000, 2_000],
  ])('a run that hangs ends after %s', async (_, yaml, deadlineMs, endsAfterMs) => {
    const { run, advance, pending } = engineWith([tool('hang', () => never)])
    let ended = false
    const result = run(yaml, { deadlineMs }).finally(() => {
      ended = true
    })
    await settle()
    advance(endsAfterMs - 1)
    await settle()
    expect(ended).toBe(false)
    advance(1)
    expect(await result).toMatchObject({
      status: 'failed',
      error: { code: 'workflow-timeout' },
      stages: [{ status: 'failed', error: { code: 'tool-timeout' }, durationMs: endsAfterMs }, { status: 'skipped' }],
    })
    expect(pending.size).toBe(0)
  })

  test('a parallel group that hangs in part ends with what the others gave', async () => {
    const { run, advance } = engineWith([tool('hang', () => never), tool('quick', () => ({ kind: 'done', output: 1 }))])
    const result = run('{name: Close, stages: [{name: g, parallel: true, timeout: 1s, activities: [hang, quick]}]}')
    await settle()
    advance(1_000)
    expect((await result).stages).toMatchObject([{ status: 'failed', output: { quick: 1 } }])
  })

  test('a finished call leaves no timer behind', async () => {
    const { run, pending } = engineWith([tool('quick', async () => ({ kind: 'done', output: 1 }))])
    await run('{name: Close, stages: [quick, quick]}')
    expect(pending.size).toBe(0)
  })
})

describe('the event loop', () => {
  test.each([
    ['stages', '[busy, busy, busy, busy]'],
    ['parallel activities', '[{name: g, parallel: true, activities: [busy, busy, busy, busy]}]'],
  ])('gets its turn between %s that take long without ever waiting', async (_, stages) => {
    let turns = 0
    const countTurns = (): void => {
      turns += 1
      next = setImmediate(countTurns)
    }
    let next = setImmediate(countTurns)
    const seen: number[] = []
    const busy = tool('busy', () => {
      seen.push(turns)
      advance(11)
      return { kind: 'done', output: null }
    })
    const { run, advance } = engineWith([busy])
    await run(`{name: Close, stages: ${stages}}`)
    clearImmediate(next)
    expect(new Set(seen).size).toBe(4)
  })
})

describe('a tool that throws what it may not', () => {
  test.each([
    [
      'at once',
      () => {
        throw new TypeError('x is undefined')
      },
    ],
    ['later', () => Promise.reject(new TypeError('x is undefined'))],
  ])('%s is reported as a defect and fails its stage as internal', async (_, broken) => {
    const { run, defects } = engineWith([tool('broken', broken)])
    const result = await run('{name: Close, stages: [{name: g, activities: [broken]}]}')
    expect(result).toMatchObject({ status: 'failed', stages: [{ error: { code: 'internal' } }] })
    expect(defects).toMatchObject([{ path: 'g/broken', run: { tenant: 'acme-corp', executionId: 'e1' } }])
    expect(defects[0]!.error).toBeInstanceOf(TypeError)
  })

  test('an AppError is none', async () => {
    const { run, defects } = engineWith([
      tool('no', () => Promise.reject(new AppError('tool-failed', { detail: 'No.' }))),
    ])
    await run('{name: Close, stages: [no]}')
    expect(defects).toEqual([])
  })

  test('after its time was up it is still reported, and changes nothing', async () => {
    let breakNow = (_: Error): void => {}
    const late = tool('late', () => new Promise((_, reject) => (breakNow = reject)))
    const { run, advance, defects } = engineWith([late])
    const result = run('{name: Close, stages: [late]}', { deadlineMs: 1_000 })
    await settle()
    advance(1_000)
    expect(await result).toMatchObject({ stages: [{ error: { code: 'tool-timeout' } }] })
    breakNow(new TypeError('x is undefined'))
    await settle()
    expect(defects).toHaveLength(1)
  })
})
