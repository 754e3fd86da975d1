/** Watching a branch over HTTP: the product without a socket; `socket.test.ts` has what needs one. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Event, type Events, openEvents } from '../support/events.ts'
import { ask, issue } from '../support/keyed.ts'
import { type SetClock, setClock } from '../support/set-clock.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

let app: TestApp
let clock: SetClock
const open: Events[] = []

beforeAll(async () => {
  clock = setClock()
  app = await createTestApp({ overrides: { clock } })
})
afterEach(async () => {
  for (const events of open.splice(0)) await events.close()
})
afterAll(() => app.close())

async function watch(tenant: string, headers: Record<string, string> = {}): Promise<Events> {
  const answer = await app.request(tenant, '/api/v1/watch', { headers })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
  const events = openEvents(answer)
  open.push(events)
  return events
}

const git = (...args: string[]): string => app.repository.git(args)
const BROKEN = { 'config/broken.yaml': 'a: 1\na: 2\n' }

test('begins with where things stand, and tells each commit with the files that it changed', async () => {
  const first = app.commit('t', {})
  const events = await watch('t')
  expect(await events.next()).toEqual({
    id: first,
    type: 'state',
    data: { tenant: 't', state: 'live', revision: first, head: first },
  })
  const second = app.commit('t', {
    'config/limits.yaml': 'requests: 20\n',
    'tools/small.json': null,
    'workflows/both.yaml': null,
  })
  expect(await events.next()).toEqual({
    id: second,
    type: 'change',
    data: {
      tenant: 't',
      state: 'live',
      revision: second,
      head: second,
      from: first,
      files: [
        { path: 'config/limits.yaml', change: 'modified' },
        { path: 'tools/small.json', change: 'deleted' },
        { path: 'workflows/both.yaml', change: 'deleted' },
      ],
    },
  })
})

test('a commit that is refused is told with what is wrong, and so is the one that mends it', async () => {
  const good = app.commit('bad', {})
  const events = await watch('bad')
  await events.next()
  const broken = app.commit('bad', BROKEN)
  const refused = await events.next()
  expect(refused).toMatchObject({
    id: `${good}.${broken}`,
    type: 'change',
    data: { state: 'degraded', revision: good, head: broken, from: good, files: [] },
  })
  expect(refused?.data.problems).toEqual([expect.objectContaining({ file: 'config/broken.yaml', line: 2 })])
  const mended = app.commit('bad', { 'config/broken.yaml': 'a: 1\n' })
  expect(await events.next()).toMatchObject({
    id: mended,
    data: { state: 'live', revision: mended, from: good, files: [{ path: 'config/broken.yaml', change: 'added' }] },
  })
})

test('a branch that goes away and comes back is told', async () => {
  const head = app.commit('gone', {})
  const events = await watch('gone')
  await events.next()
  git('update-ref', '-d', 'refs/heads/customer/gone')
  expect((await events.next())?.data).toMatchObject({ state: 'branch-missing', revision: null, head: null })
  git('update-ref', 'refs/heads/customer/gone', head)
  expect((await events.next())?.data).toMatchObject({ state: 'live', revision: head })
})

test('every watcher of a tenant is told, and none of another tenant', async () => {
  app.commit('one', {})
  app.commit('two', {})
  const [a, b, other] = [await watch('one'), await watch('one'), await watch('two')]
  for (const events of [a, b, other]) await events.next()
  const head = app.commit('one', { 'config/limits.yaml': 'requests: 1\n' })
  const theirs = app.commit('two', { 'config/limits.yaml': 'requests: 2\n' })
  expect([(await a.next())?.id, (await b.next())?.id, (await other.next())?.id]).toEqual([head, head, theirs])
})

describe('Last-Event-ID', () => {
  const resumed = async (tenant: string, id: string): Promise<Event | undefined> =>
    (await watch(tenant, { 'Last-Event-ID': id })).next()

  test('of what is served now is answered by where things stand', async () => {
    const head = app.commit('resume', {})
    expect(await resumed('resume', head)).toMatchObject({ type: 'state', id: head })
  })

  test('of an earlier commit is answered by all that was missed, as one change', async () => {
    const from = git('rev-parse', 'customer/resume')
    app.commit('resume', { 'config/limits.yaml': 'requests: 3\n' })
    const head = app.commit('resume', { 'config/features.json': '{"beta": true}' })
    expect(await resumed('resume', from)).toMatchObject({
      type: 'change',
      id: head,
      data: { from, revision: head, files: [{ path: 'config/features.json' }, { path: 'config/limits.yaml' }] },
    })
    expect(await resumed('resume', `${from}.${head}`)).toMatchObject({ type: 'change', data: { from } })
  })

  test("that says nothing of this history is answered by a reset: also another tenant's commit", async () => {
    const theirs = app.commit('neighbour', { 'config/limits.yaml': 'requests: 4\n' })
    const unknown = await resumed('resume', '7'.repeat(40))
    expect(unknown).toMatchObject({ type: 'reset', data: { state: 'live', reason: expect.any(String) } })
    for (const id of [theirs, 'none.branch-missing', 'x']) {
      expect(await resumed('resume', id)).toMatchObject({ type: 'reset', id: unknown?.id })
    }
    expect(await resumed('resume', theirs)).toEqual(unknown)
  })

  test('of a commit that was taken out of the history is answered by a reset', async () => {
    const dropped = git('rev-parse', 'customer/resume')
    git('update-ref', 'refs/heads/customer/resume', `${dropped}~1`)
    expect(await resumed('resume', dropped)).toMatchObject({ type: 'reset' })
  })

  test('that is too long is refused', async () => {
    const answer = await app.request('resume', '/api/v1/watch', { headers: { 'Last-Event-ID': 'x'.repeat(200) } })
    expect(answer.status).toBe(400)
  })
})

test('a heartbeat keeps the connection alive', async () => {
  app.commit('quiet', {})
  const events = await watch('quiet')
  await events.next()
  clock.pass(15_000)
  const next = events.next()
  // The commit comes after the beat: whoever reads up to it has read the beat.
  while (events.comments.length === 0) await new Promise(setImmediate)
  app.commit('quiet', { 'config/limits.yaml': 'requests: 1\n' })
  await next
  expect(events.comments).toEqual([': still here'])
})

describe('whoever may no longer ask is told no more', () => {
  const lastOf = async (events: Events): Promise<unknown[]> => [await events.next(), await events.next()]
  const ended = (tenant: string, reason: string) => [
    { id: undefined, type: 'end', data: { tenant, reason } },
    undefined,
  ]

  test('as the tenant is suspended, or deleted', async () => {
    app.commit('end', {})
    const suspended = await watch('end')
    await suspended.next()
    await app.request(undefined, '/admin/tenants/end/suspend', { method: 'POST' })
    expect(await lastOf(suspended)).toEqual(ended('end', 'tenant-suspended'))
    expect((await app.request('end', '/api/v1/watch')).status).toBe(403)
    await app.request(undefined, '/admin/tenants/end/resume', { method: 'POST' })
    const deleted = await watch('end')
    await deleted.next()
    await app.request(undefined, '/admin/tenants/end', { method: 'DELETE' })
    expect(await lastOf(deleted)).toEqual(ended('end', 'tenant-deleted'))
  })

  test('as the key is revoked, or expires', async () => {
    app.commit('keyed', {})
    const watchWith = async (key: string): Promise<Events> => {
      const events = openEvents(await app.request(undefined, '/api/v1/watch', { headers: { 'X-API-Key': key } }))
      open.push(events)
      await events.next()
      return events
    }
    const { id, key } = await issue(app, { tenant: 'keyed', role: 'viewer' })
    const revoked = await watchWith(key)
    await ask(app, undefined, `/admin/tenants/keyed/keys/${id}`, { method: 'DELETE' })
    clock.pass(1_000)
    expect(await lastOf(revoked)).toEqual(ended('keyed', 'key-ended'))
    const expires_at = new Date(clock.now() + 60_000).toISOString()
    const expiring = await watchWith((await issue(app, { tenant: 'keyed', role: 'viewer', expires_at })).key)
    clock.pass(60_001)
    expect(await lastOf(expiring)).toEqual(ended('keyed', 'key-ended'))
  })
})

describe('limits', () => {
  test('the 21st watcher of a tenant is refused with when to come back, and has room once one leaves', async () => {
    app.commit('full', {})
    app.commit('free', {})
    for (let i = 0; i < 20; i += 1) await watch('full')
    const refused = await app.request('full', '/api/v1/watch')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5'])
    expect(await refused.json()).toMatchObject({ code: 'watch-limit-reached' })
    await (await watch('free')).next()
    await open.shift()?.close()
    await (await watch('full')).next()
  })

  test('whoever does not read is dropped, and the others go on', async () => {
    app.commit('lazy', {})
    const reading = await watch('lazy')
    await reading.next()
    const lazy = await Promise.all(Array.from({ length: 19 }, () => app.request('lazy', '/api/v1/watch')))
    expect((await app.request('lazy', '/api/v1/watch')).status).toBe(429)
    for (let i = 0; i < 4; i += 1) {
      const files = Array.from({ length: 200 }, (_, n) => [`${'long'.repeat(40)}/${n}.md`, `${i}`])
      const head = app.commit('lazy', Object.fromEntries(files))
      expect((await reading.next())?.data.head).toBe(head)
    }
    await watch('lazy')
    for (const answer of lazy) expect((await answer.text()).length).toBeLessThan(200_000)
  })

  test('of many files and many problems a part is told, and how many are left out', async () => {
    app.commit('large', {})
    const events = await watch('large')
    await events.next()
    app.commit('large', Object.fromEntries(Array.from({ length: 230 }, (_, i) => [`notes/${i}.md`, 'x'])))
    expect((await events.next())?.data).toMatchObject({ files: { length: 200 }, filesOmitted: 30 })
    app.commit('large', Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`tools/${i}.yaml`, 'nonsense'])))
    expect((await events.next())?.data).toMatchObject({ problems: { length: 20 }, problemsOmitted: 5 })
  })
})

describe('Prefer: wait on /api/v1/config', () => {
  const poll = (etag: string, wait: string): Promise<Response> =>
    app.request('polled', '/api/v1/config', { headers: { 'If-None-Match': etag, Prefer: wait } })

  test('answers when something else is served', async () => {
    const head = app.commit('polled', {})
    const waiting = poll(`"${head}"`, 'wait=60')
    const next = app.commit('polled', { 'config/limits.yaml': 'requests: 5\n' })
    const answer = await waiting
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, `"${next}"`])
    expect(await answer.json()).toMatchObject({ revision: next, config: { limits: { requests: 5 } } })
  })

  test('answers at once where there is news, and 304 when the time is over', async () => {
    expect((await poll('"old"', 'wait=60')).status).toBe(200)
    const { revision } = (await (await app.request('polled', '/api/v1/config')).json()) as { revision: string }
    expect((await poll(`"${revision}"`, 'respond-async, wait=1')).status).toBe(304)
    expect((await poll(`"${revision}"`, 'wait=0')).status).toBe(304)
  })

  test('ends when the tenant is suspended meanwhile', async () => {
    const { revision } = (await (await app.request('polled', '/api/v1/config')).json()) as { revision: string }
    const waiting = poll(`"${revision}"`, 'wait=60')
    await app.request(undefined, '/admin/tenants/polled/suspend', { method: 'POST' })
    expect((await waiting).status).toBe(403)
  })
})
