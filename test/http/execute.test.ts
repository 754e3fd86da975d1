import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, type Init, post, type TestApp } from '../support/test-app.ts'

let app: TestApp
let head: string
beforeAll(async () => {
  app = await createTestApp()
  head = app.commit('t', {
    'tools/half.yaml':
      'name: half\npatterns: ["halve {n}"]\ninput: { type: object, properties: { n: { type: number } } }\ncompute: { result: "1.0 / n" }\n',
    'tools/shout-a.yaml': 'name: shout_a\ndescription: shout a word loudly\ncompute: { r: "1" }\n',
    'tools/shout-b.yaml': 'name: shout_b\ndescription: shout a word loudly\ncompute: { r: "1" }\n',
  })
})
afterAll(() => app.close())

type Answer = { status: number; headers: Headers; body: Record<string, unknown> }

async function send(path: string, init: Init): Promise<Answer> {
  const answer = await app.request('t', path, init)
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] }
}
const execute = (body: unknown): Promise<Answer> => send('/api/v1/execute', post(body))

describe('what ran is said', () => {
  test('of a text', async () => {
    const { status, headers, body } = await execute({ text: 'double 21' })
    expect(status).toBe(200)
    expect(headers.get('x-config-revision')).toBe(head)
    expect(headers.get('vary')).toBe('X-Tenant-ID')
    expect(body).toEqual({
      success: true,
      tenant: 't',
      revision: head,
      route: { kind: 'tool', name: 'double', method: 'pattern', confidence: 1, arguments: { n: 21 } },
      result: { result: 42 },
      sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      duration: expect.any(Number),
      deterministic: true,
      executionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  test('of a tool by its name, exactly as text too', async () => {
    expect((await execute({ tool: 'double', input: { n: 2 } })).body).toMatchObject({
      route: { name: 'double', method: 'direct', arguments: { n: 2 } },
      result: { result: 4 },
    })
    expect((await execute({ text: 'both', input: { n: 2 } })).body).toMatchObject({
      route: { kind: 'workflow', name: 'both', method: 'exact' },
    })
  })

  test('of a workflow, with the output of each stage', async () => {
    expect((await execute({ workflow: 'both', input: { n: 2 } })).body).toMatchObject({
      route: { kind: 'workflow', name: 'both', method: 'direct' },
      result: { small: { valid: true, failures: [] }, double: { result: 4 } },
    })
  })

  test('of a validator that finds the input wanting: it ran', async () => {
    const { status, body } = await execute({ tool: 'small', input: { n: 400 } })
    expect(status).toBe(200)
    expect(body).toMatchObject({ success: true, result: { valid: false, failures: [{ field: 'n' }] } })
  })

  test('input is laid over what the text gives', async () => {
    expect((await execute({ text: 'double 21', input: { n: 1 } })).body).toMatchObject({ result: { result: 2 } })
  })

  test('by the paths of a tool and of a workflow', async () => {
    expect((await send('/api/v1/tools/double/run', post({ input: { n: 3 } }))).body).toMatchObject({
      route: { kind: 'tool', name: 'double', method: 'direct' },
      result: { result: 6 },
    })
    expect((await send('/api/v1/workflows/both/run', post({ input: { n: 3 } }))).body).toMatchObject({
      result: { double: { result: 6 } },
    })
  })
})

describe('sessions and dry runs', () => {
  test('a session goes on where the caller names it', async () => {
    const { body } = await execute({ text: 'double 2', sessionId: 'conversation-1' })
    expect(body.sessionId).toBe('conversation-1')
    const recorded = await app.request('t', `/api/v1/executions/${body.executionId}`)
    expect(await recorded.json()).toMatchObject({ sessionId: 'conversation-1' })
    for (const sessionId of ['', 'a b', '../x', 'x'.repeat(129)]) {
      expect((await execute({ text: 'double 2', sessionId })).status).toBe(422)
    }
  })

  test('a dry run says what would run, and leaves no trace', async () => {
    const count = async (): Promise<number> =>
      ((await (await app.request('t', '/api/v1/executions?pageSize=500')).json()) as { items: object[] }).items.length
    const before = await count()
    const { status, body } = await execute({ text: 'double 21', dryRun: true })
    expect(status).toBe(200)
    expect(body).toMatchObject({ route: { name: 'double', arguments: { n: 21 } }, result: null })
    expect(body).not.toHaveProperty('executionId')
    expect((await send('/api/v1/workflows/both/run', post({ dryRun: true }))).body).toMatchObject({ result: null })
    expect(await count()).toBe(before)
  })
})

describe('bodies', () => {
  test.each([
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/json; charset=utf-8',
    'multipart/form-data',
  ])('are read as JSON with content type %s', async (type) => {
    const init = { ...post({ text: 'double 4' }), headers: { 'Content-Type': type } }
    expect((await send('/api/v1/execute', init)).body).toMatchObject({ result: { result: 8 } })
  })

  test.each([
    [{}, ''],
    [{ text: 'double 2', tool: 'double' }, ''],
    [{ tool: 'double', workflow: 'both' }, ''],
    [{ text: 'a', tool: 'b', workflow: 'c' }, ''],
    [{ text: '' }, '/text'],
    [{ text: 'x'.repeat(2_001) }, '/text'],
    [{ text: 5 }, '/text'],
    [{ tool: 'double', input: [1] }, '/input'],
    [{ tool: 'double', inputs: {} }, '/inputs'],
    [{ tool: 'double', dryRun: 'yes' }, '/dryRun'],
    [[], ''],
    ['"text"', ''],
    ['null', ''],
  ])('%j is not what is expected, at %j', async (body, pointer) => {
    const answer = await execute(body)
    expect(answer.status).toBe(422)
    expect(answer.body).toMatchObject({ code: 'body-invalid', errors: [{ pointer }] })
  })

  test.each(['', '  ', '{', 'text=double', '{"a":1}{"b":2}', '{"text": NaN}'])('%j is no JSON', async (body) => {
    expect(await execute(body)).toMatchObject({ status: 400, body: { code: 'body-malformed' } })
  })
})

describe('refusals', () => {
  test('names that nobody has', async () => {
    expect(await execute({ tool: 'nope' })).toMatchObject({
      status: 404,
      body: { code: 'tool-not-found', detail: expect.stringContaining('double') },
    })
    expect(await execute({ tool: 'duoble' })).toMatchObject({
      body: { detail: 'This tenant has no tool "duoble". Did you mean "double"?' },
    })
    expect(await execute({ workflow: 'nope' })).toMatchObject({ status: 404, body: { code: 'workflow-not-found' } })
    expect(await send('/api/v1/tools/both/run', post({}))).toMatchObject({ status: 404 })
    expect(await send('/api/v1/workflows/double/run', post({}))).toMatchObject({ status: 404 })
  })

  test('texts that fit nothing, and texts that fit two as well', async () => {
    expect(await execute({ text: 'qwertz uiop' })).toMatchObject({ status: 422, body: { code: 'intent-not-found' } })
    const twice = await execute({ text: 'shout a word loudly' })
    expect(twice).toMatchObject({ status: 422, body: { code: 'intent-ambiguous' } })
    expect(twice.body.candidates).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'tool', name: 'shout_a' }),
        expect.objectContaining({ kind: 'tool', name: 'shout_b' }),
      ]),
    )
  })

  test('an input that does not match, each error with its place', async () => {
    const { status, headers, body } = await execute({ tool: 'double', input: { n: 'x' } })
    expect(status).toBe(422)
    expect(body).toMatchObject({ code: 'input-invalid', errors: [{ pointer: '/n' }], revision: head })
    expect(headers.get('x-config-revision')).toBe(head)
    expect(headers.get('vary')).toBe('X-Tenant-ID')
  })

  test('a tool that cannot compute, and a stage whose rules are not met, can be looked up afterwards', async () => {
    const failed = await execute({ tool: 'half', input: { n: 0 } })
    expect(failed).toMatchObject({ status: 422, body: { code: 'tool-failed' } })
    const stopped = await execute({ workflow: 'both', input: { n: 400 } })
    expect(stopped).toMatchObject({ status: 422, body: { code: 'workflow-failed', stage: 'small' } })
    for (const { body } of [failed, stopped]) {
      const answer = await app.request('t', `/api/v1/executions/${body.executionId}`)
      expect(await answer.json()).toMatchObject({ status: 'failed', error: { code: body.code } })
    }
  })
})
