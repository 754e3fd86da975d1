import { describe, expect, test } from 'vitest'
import { AppError } from '../../src/kernel/errors.ts'
import type { StageCall } from '../../src/workflows/interpret.ts'
import { done, handClock, outline, runYaml, STARTED_AT, type ToolFunction } from './programs.ts'

const echo: ToolFunction = ({ input, stages }) => done({ input, stages })

const SOX = `
name: GlobexSOXCompliance
stages:
  - verify_approvals
  - check_thresholds
  - generate_audit_trail
  - file_with_sec
`

describe('stages', () => {
  test('run in order, each with the input and the outputs before it, and give their outputs by name', async () => {
    const calls: [string, StageCall][] = []
    const stage =
      (name: string): ToolFunction =>
      (call) => {
        calls.push([name, call])
        return done({ by: name })
      }
    const names = ['verify_approvals', 'check_thresholds', 'generate_audit_trail', 'file_with_sec']
    const tools = Object.fromEntries(names.map((name) => [name, stage(name)]))

    const result = await runYaml({ workflows: [SOX], tools, input: { quarter: 'Q3' } })

    expect(result).toMatchObject({ status: 'completed', output: Object.fromEntries(names.map((by) => [by, { by }])) })
    expect(calls.map(([name]) => name)).toEqual(names)
    expect(calls.map(([, { input }]) => input)).toEqual(names.map(() => ({ quarter: 'Q3' })))
    expect(calls.map(([, { stages }]) => Object.keys(stages))).toEqual(names.map((_, index) => names.slice(0, index)))
  })

  test('a record tells when its stage started and how long it took', async () => {
    const clock = handClock()
    const takes =
      (ms: number): ToolFunction =>
      () => {
        clock.advance(ms)
        return done(ms)
      }
    const { stages } = await runYaml({
      workflows: ['{name: Close, stages: [slow, slower]}'],
      tools: { slow: takes(3), slower: takes(40.25) },
      clock,
    })
    expect(stages).toEqual([
      { name: 'slow', kind: 'tool', status: 'completed', output: 3, startedAt: STARTED_AT, durationMs: 3 },
      {
        name: 'slower',
        kind: 'tool',
        status: 'completed',
        output: 40.25,
        startedAt: STARTED_AT + 3,
        durationMs: 40.25,
      },
    ])
  })

  test('fixed inputs are laid over the input for that stage alone', async () => {
    const yaml = '{name: Close, stages: [extract: {source: orders, limit: 5}, extract: null, extract]}'
    const result = await runYaml({
      workflows: [yaml],
      tools: { extract: ({ input }) => done(input) },
      input: { source: 'all', by: 'me' },
    })
    expect(result.output).toEqual({
      extract: { source: 'orders', limit: 5, by: 'me' },
      extract_2: { source: 'all', by: 'me' },
      extract_3: { source: 'all', by: 'me' },
    })
  })

  test('a tool that changes what it was given changes nothing for the next', async () => {
    const vandal: ToolFunction = ({ input, stages }) => {
      for (const key of Object.keys(input)) delete input[key]
      stages.forged = true
      return done(null)
    }
    const result = await runYaml({
      workflows: ['{name: Close, stages: [vandal, echo]}'],
      tools: { vandal, echo },
      input: { a: 1 },
    })
    expect(result.output.echo).toEqual({ input: { a: 1 }, stages: { vandal: null } })
  })
})

describe('failure', () => {
  const refuse: ToolFunction = () => ({
    kind: 'refused',
    output: {
      valid: false,
      failures: [
        { rule: 'max_amount', field: 'amount', message: 'amount is over 1000' },
        { rule: 'required_fields', field: 'a/b', message: 'a/b is missing' },
      ],
    },
  })

  test('a validator that refuses fails its stage with rules-failed and every failure; what follows is skipped', async () => {
    const tools = { verify_approvals: echo, check_thresholds: refuse, generate_audit_trail: echo, file_with_sec: echo }
    const result = await runYaml({ workflows: [SOX], tools })

    expect(outline(result.stages)).toBe(
      'verify_approvals: completed, check_thresholds: failed, generate_audit_trail: skipped, file_with_sec: skipped',
    )
    const errors = [
      { pointer: '/amount', detail: 'amount is over 1000', code: 'max_amount' },
      { pointer: '/a~1b', detail: 'a/b is missing', code: 'required_fields' },
    ]
    expect(result.stages[1]).toMatchObject({ error: { code: 'rules-failed', errors }, output: { valid: false } })
    expect(result).toMatchObject({
      status: 'failed',
      error: { code: 'workflow-failed', stage: 'check_thresholds', errors },
    })
    expect(Object.keys(result.output)).toEqual(['verify_approvals'])
  })

  test('an AppError fails the stage with its code and says nothing internal', async () => {
    const result = await runYaml({
      workflows: ['{name: Close, stages: [compute]}'],
      tools: {
        compute: () => {
          throw new AppError('tool-failed', { detail: 'Division by zero.', internal: 'at /srv/secret.cel' })
        },
      },
    })
    expect(result.stages[0]).toMatchObject({ error: { code: 'tool-failed', detail: 'Division by zero.' } })
    expect(JSON.stringify(result)).not.toContain('secret')
  })

  test('any other error is internal, and its text stays inside', async () => {
    const result = await runYaml({
      workflows: ['{name: Close, stages: [broken]}'],
      tools: { broken: () => Promise.reject(new TypeError('secret of row 12')) },
    })
    expect(result.stages[0]).toMatchObject({ status: 'failed', error: { code: 'internal' } })
    expect(JSON.stringify(result)).not.toContain('secret')
  })

  test('an input that does not match the schema starts no stage', async () => {
    const result = await runYaml({
      workflows: ['{name: Close, stages: [echo], input: {type: object, properties: {year: {type: integer}}}}'],
      tools: { echo },
      input: { year: 'last' },
    })
    expect(outline(result.stages)).toBe('echo: skipped')
    expect(result).toMatchObject({ status: 'failed', error: { code: 'input-invalid', errors: [{ pointer: '/year' }] } })
  })
})

describe('groups', () => {
  const fail: ToolFunction = () => {
    throw new AppError('tool-failed', { detail: 'No.' })
  }

  test('the activities of a parallel group have all started before one of them ends', async () => {
    const arrived: string[] = []
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    // Each waits for all three: one after the other they would wait for ever.
    const meet: ToolFunction = async (_, { path }) => {
      arrived.push(path)
      if (arrived.length === 3) open()
      await gate
      return done(path)
    }
    const result = await runYaml({
      workflows: ['{name: Close, stages: [{name: checks, parallel: true, activities: [meet, meet, meet]}]}'],
      tools: { meet },
    })
    expect(arrived).toEqual(['checks/meet', 'checks/meet_2', 'checks/meet_3'])
    expect(result.output).toEqual({
      checks: { meet: 'checks/meet', meet_2: 'checks/meet_2', meet_3: 'checks/meet_3' },
    })
  })

  test('a failing activity fails a parallel group after the others are done, and all are recorded', async () => {
    let release = (): void => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const late: ToolFunction = async () => {
      await released
      return done('late')
    }
    const failAndRelease: ToolFunction = (call, place) => {
      release()
      return fail(call, place)
    }
    const result = await runYaml({
      workflows: [
        '{name: Close, stages: [{name: checks, parallel: true, activities: [late, failAndRelease, fail]}, echo]}',
      ],
      tools: { late, failAndRelease, fail, echo },
    })
    expect(outline(result.stages)).toBe(
      'checks: failed [late: completed, failAndRelease: failed, fail: failed], echo: skipped',
    )
    expect(result.stages[0]).toMatchObject({
      output: { late: 'late' },
      error: { code: 'tool-failed', detail: 'Activity "failAndRelease" failed: No. Also failed: "fail".' },
    })
  })

  test('a group whose rules are not met says so in whole sentences', async () => {
    const verdict =
      (message: string): ToolFunction =>
      () => ({ kind: 'refused', output: { valid: false, failures: [{ rule: 'r', field: 'a', message }] } })
    const result = await runYaml({
      workflows: ['{name: Close, stages: [{name: checks, parallel: true, activities: [low, noted, low]}]}'],
      tools: { low: verdict('a is 0; at least 1 is allowed'), noted: verdict('Ask first.') },
    })
    expect(result.stages[0]).toMatchObject({
      error: {
        detail:
          'Activity "low" failed: The rules of "low" are not met: a is 0; at least 1 is allowed. Also failed: "noted", "low_2".',
      },
      activities: [{}, { error: { detail: 'The rules of "noted" are not met: Ask first.' } }, {}],
    })
  })

  test('a sequential group stops at its first failure; with continue_on_error the workflow goes on', async () => {
    const result = await runYaml({
      workflows: ['{name: Close, stages: [{name: g, continue_on_error: true, activities: [echo, fail, echo]}, echo]}'],
      tools: { echo, fail },
    })
    expect(outline(result.stages)).toBe('g: failed [echo: completed, fail: failed, echo_2: skipped], echo: completed')
    expect(result).toMatchObject({ status: 'completed', output: { echo: { stages: {} } } })
    expect(result.output).not.toHaveProperty('g')
  })

  test('an activity of a sequential group sees the ones before it under the name of the group', async () => {
    const see: ToolFunction = ({ stages }) => done(stages)
    const result = await runYaml({
      workflows: ['{name: Close, stages: [first, {name: g, activities: [first, see]}, see]}'],
      tools: { first: () => done(1), see },
    })
    expect(result.output.g).toEqual({ first: 1, see: { first: 1, g: { first: 1 } } })
    expect(result.output.see).toEqual({ first: 1, g: result.output.g })
  })

  test('an activity of a parallel group sees none of its siblings', async () => {
    const see: ToolFunction = ({ stages }) => done(stages)
    const result = await runYaml({
      workflows: ['{name: Close, stages: [{name: g, parallel: true, activities: [first, see]}]}'],
      tools: { first: () => done(1), see },
    })
    expect(result.output.g).toEqual({ first: 1, see: {} })
  })
})

describe('workflows inside of workflows', () => {
  const OUTER = '{name: Outer, stages: [Inner: {region: eu}, echo]}'
  const INNER = '{name: Inner, stages: [look, count], timeout: 5s}'

  test('get the input of their stage and see their own stages only; their output is the output of the stage', async () => {
    const result = await runYaml({
      workflows: [OUTER, INNER],
      tools: { look: echo, count: ({ stages }) => done(Object.keys(stages)), echo: () => done('end') },
      input: { year: 2026 },
    })
    expect(result.output).toEqual({
      Inner: { look: { input: { year: 2026, region: 'eu' }, stages: {} }, count: ['look'] },
      echo: 'end',
    })
    expect(outline(result.stages)).toBe('Inner: completed [look: completed, count: completed], echo: completed')
    expect(result.stages[0]!.kind).toBe('workflow')
  })

  test('fail the stage that called them', async () => {
    const result = await runYaml({
      workflows: [OUTER, INNER],
      tools: {
        look: () => {
          throw new AppError('tool-failed', { detail: 'No.' })
        },
        count: echo,
        echo,
      },
    })
    expect(outline(result.stages)).toBe('Inner: failed [look: failed, count: skipped], echo: skipped')
    expect(result).toMatchObject({
      error: {
        code: 'workflow-failed',
        stage: 'Inner',
        detail: 'Stage "Inner" of workflow "Outer" failed: Stage "look" of workflow "Inner" failed: No.',
      },
    })
  })

  test('a tool goes before a workflow of the same name', async () => {
    const result = await runYaml({ workflows: [OUTER, INNER], tools: { Inner: () => done('tool'), echo } })
    expect(result.stages[0]).toMatchObject({ kind: 'tool', output: 'tool' })
  })
})

describe('time', () => {
  const clockedTools = (clock: ReturnType<typeof handClock>) => {
    /** Takes all the time there is, as an engine's timer would see it. */
    const hang: ToolFunction = (_, { deadline }) => {
      clock.advance(deadline - clock.now())
      throw new AppError('tool-timeout', { detail: 'Too slow.' })
    }
    return { hang, echo }
  }

  test('a call gets the nearest of the deadlines around it', async () => {
    const deadlines: number[] = []
    const look: ToolFunction = (_, { deadline }) => {
      deadlines.push(deadline - STARTED_AT)
      return done(null)
    }
    await runYaml({
      workflows: [
        '{name: Outer, timeout: 90s, stages: [look, {name: g, timeout: 1m, activities: [look, Inner]}, Inner]}',
        '{name: Inner, timeout: 75s, stages: [look]}',
      ],
      tools: { look },
      deadlineMs: 80_000,
    })
    expect(deadlines).toEqual([80_000, 60_000, 60_000, 75_000])
  })

  test('a group that runs out of its own time fails, and the workflow may go on', async () => {
    const clock = handClock()
    const result = await runYaml({
      workflows: [
        '{name: Close, stages: [{name: g, timeout: 2s, continue_on_error: true, activities: [hang, echo]}, echo]}',
      ],
      tools: clockedTools(clock),
      clock,
    })
    expect(outline(result.stages)).toBe('g: failed [hang: failed, echo: skipped], echo: completed')
    expect(result.stages[0]).toMatchObject({ error: { code: 'tool-timeout' }, durationMs: 2_000 })
  })

  test.each([
    ['a stage', 'hang'],
    ['a group that would go on', '{name: hang, continue_on_error: true, activities: [hang]}'],
    ['a workflow inside', 'Inner'],
  ])('a workflow that runs out of time in %s is stopped with workflow-timeout', async (_, stage) => {
    const clock = handClock()
    const result = await runYaml({
      workflows: [`{name: Close, timeout: 2s, stages: [echo, ${stage}, echo]}`, '{name: Inner, stages: [hang]}'],
      tools: clockedTools(clock),
      clock,
    })
    expect(result.stages.map(({ status }) => status)).toEqual(['completed', 'failed', 'skipped'])
    expect(result).toMatchObject({ status: 'failed', error: { code: 'workflow-timeout' } })
  })

  test('a workflow inside that runs out of its own time fails its stage, not the time of the whole', async () => {
    const clock = handClock()
    const result = await runYaml({
      workflows: ['{name: Close, timeout: 10s, stages: [Inner]}', '{name: Inner, timeout: 1s, stages: [hang]}'],
      tools: clockedTools(clock),
      clock,
    })
    expect(result.stages[0]).toMatchObject({ error: { code: 'workflow-timeout' } })
    expect(result).toMatchObject({ error: { code: 'workflow-failed', stage: 'Inner' } })
  })

  test('a stage whose time is up before it starts is not started', async () => {
    const clock = handClock()
    let calls = 0
    const dawdle: ToolFunction = () => {
      calls += 1
      clock.advance(3_000)
      return done(null)
    }
    const result = await runYaml({
      workflows: ['{name: Close, timeout: 2s, stages: [dawdle, dawdle]}'],
      tools: { dawdle },
      clock,
    })
    expect(calls).toBe(1)
    expect(result).toMatchObject({ error: { code: 'workflow-timeout', stage: 'dawdle_2' } })
  })
})
