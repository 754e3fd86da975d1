/** What one tenant may learn of another: nothing, and not even whether it exists. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEvents } from '../support/events.ts'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

const CANARY = 'canary-7f3b2c'
const CANARY_FILES = {
  'tools/secret.yaml': `name: ${CANARY}-tool\ndescription: ${CANARY} tool\npatterns: ['${CANARY} {n}']\ncompute: { c: '"${CANARY}"' }\n`,
  'workflows/secret.yaml': `name: ${CANARY}-workflow\ndescription: ${CANARY} workflow\nstages: [${CANARY}-tool]\n`,
  'config/secret.yaml': `${CANARY}: ${CANARY}\n`,
}

let app: TestApp
let commitOfB: string
let executionOfB: string

beforeAll(async () => {
  app = await createTestApp()
  app.commit('a', { 'config/own.yaml': 'of: a\n' })
  commitOfB = app.commit('b', CANARY_FILES)
  const ran = await app.request('b', '/api/v1/execute', post({ tool: `${CANARY}-tool`, sessionId: CANARY }))
  expect(ran.status).toBe(200)
  executionOfB = ((await ran.json()) as { executionId: string }).executionId
  await app.request('b', '/api/v1/execute', post({ workflow: `${CANARY}-workflow` }))
  await app.request('a', '/api/v1/execute', post({ tool: 'double', input: { n: 1 } }))
})
afterAll(() => app.close())

describe('symbolic refs', () => {
  test('a branch that points at another is refused for its tenant alone', async () => {
    app.repository.git(['symbolic-ref', 'refs/heads/customer/way-in', 'refs/heads/customer/b'])
    for (const path of ['/api/v1/config', '/api/v1/tools', '/api/v1/history', '/api/v1/executions']) {
      const answer = await app.request('way-in', path)
      expect(answer.status, path).toBe(503)
      const text = await answer.text()
      expect(text).toContain('symbolic ref')
      expect(text).not.toContain(CANARY)
      expect(text).not.toContain(commitOfB)
    }
    expect((await app.request('way-in', '/api/v1/execute', post({ text: 'double 2' }))).status).toBe(503)
    expect((await app.request('b', '/api/v1/config')).status).toBe(200)
    expect((await app.request('a', '/api/v1/config')).status).toBe(200)
  })

  test('one that was a branch before is shown as what it is, and hides no other tenant', async () => {
    app.commit('turned', {})
    expect((await app.request('turned', '/api/v1/config')).status).toBe(200)
    app.repository.git(['symbolic-ref', 'refs/heads/customer/turned', 'refs/heads/customer/b'])
    expect((await app.request('turned', '/api/v1/config')).status).toBe(503)

    const answer = await app.request(undefined, '/admin/tenants')
    expect(answer.status).toBe(200)
    const text = await answer.text()
    expect(JSON.parse(text)).toMatchObject({
      items: [
        { tenant_id: 'a', state: 'live' },
        { tenant_id: 'b', state: 'live', head: commitOfB },
        { tenant_id: 'turned', state: 'branch-unreadable', detail: expect.stringContaining('symbolic ref') },
      ],
    })
    const usage = await app.request(undefined, '/admin/tenants/turned/usage')
    expect(await usage.json()).toMatchObject({ state: 'branch-unreadable', commits: null })
  })
})

test('a branch below the name of a tenant is no tenant', async () => {
  app.repository.git(['update-ref', 'refs/heads/customer/team/b', commitOfB])
  for (const id of ['team', 'team/b']) {
    const answer = await app.request(id, '/api/v1/config')
    expect([400, 404]).toContain(answer.status)
    expect(await answer.text()).not.toContain(CANARY)
  }
})

test('tags and other refs are no tenants', async () => {
  app.repository.git(['update-ref', 'refs/tags/customer/tagged', commitOfB])
  app.repository.git(['update-ref', 'refs/remotes/origin/customer/remote', commitOfB])
  for (const id of ['tagged', 'remote', 'main']) expect((await app.request(id, '/api/v1/config')).status).toBe(404)
})

describe("ids of a neighbour's things", () => {
  const withoutRequestId = async (answer: Response): Promise<object> => {
    const { requestId, ...body } = (await answer.json()) as { requestId: string }
    expect(requestId).not.toBe('')
    return body
  }

  test('an execution of another tenant is as absent as one that never was', async () => {
    const foreign = await app.request('a', `/api/v1/executions/${executionOfB}`)
    const nonexistent = await app.request('a', '/api/v1/executions/0190aaaa-0000-7000-8000-000000000000')
    expect([foreign.status, nonexistent.status]).toEqual([404, 404])
    expect(await withoutRequestId(foreign)).toEqual(await withoutRequestId(nonexistent))
    expect((await app.request('b', `/api/v1/executions/${executionOfB}`)).status).toBe(200)
  })

  test('a commit of another tenant is no page of the history, and as unknown as one that never was', async () => {
    const foreign = await app.request('a', `/api/v1/history?pageToken=${commitOfB}.0`)
    const nonexistent = await app.request('a', `/api/v1/history?pageToken=${'1'.repeat(40)}.0`)
    expect([foreign.status, nonexistent.status]).toEqual([400, 400])
    expect(await withoutRequestId(foreign)).toEqual(await withoutRequestId(nonexistent))
    expect((await app.request('b', `/api/v1/history?pageToken=${commitOfB}.0`)).status).toBe(200)
  })

  test('trees, blobs, names and options are no page tokens', async () => {
    const tree = app.repository.git(['rev-parse', 'customer/b^{tree}'])
    const names = [tree, 'customer/b', '--all', 'HEAD', commitOfB.slice(0, 10), commitOfB.toUpperCase()]
    for (const token of [...names, ...names.map((name) => `${name}.0`)]) {
      const answer = await app.request('a', `/api/v1/history?pageToken=${encodeURIComponent(token)}`)
      expect(answer.status, token).toBe(400)
    }
  })

  test('a page token of executions shows none but its own', async () => {
    const answer = await app.request('a', '/api/v1/executions?pageToken=ffffffff-ffff-7fff-bfff-ffffffffffff')
    const { items } = (await answer.json()) as { items: { tenant: string }[] }
    expect(new Set(items.map(({ tenant }) => tenant))).toEqual(new Set(['a']))
  })
})

describe('no answer to one tenant holds anything of another', () => {
  test('over every path that reads for a tenant', async () => {
    const document = (await (await app.request(undefined, '/openapi.json')).json()) as {
      paths: Record<string, { get?: { tags: string[]; parameters?: { name: string; in: string }[] } }>
    }
    const guesses = [
      executionOfB,
      `${CANARY}-tool`,
      `${CANARY}-workflow`,
      'secret',
      `secret/${CANARY}`,
      'double',
      'own/of',
    ]
    const asked: string[] = []
    for (const [path, { get }] of Object.entries(document.paths)) {
      if (!get?.tags.includes('tenant')) continue
      for (const guess of path.includes('{') ? guesses : ['']) {
        const concrete = path.replace(/\{\w+\}/, guess)
        const answer = await app.request('a', concrete)
        const shown = JSON.stringify([...answer.headers]) + (await textOf(answer))
        // A name that the caller gave may come back to it in a message.
        expect(shown.replaceAll(guess || '\0', ''), concrete).not.toContain(CANARY)
        expect(shown, concrete).not.toContain(commitOfB)
        asked.push(path)
      }
    }
    expect(new Set(asked).size).toBeGreaterThanOrEqual(8)
  })

  test('nor its errors and suggestions', async () => {
    const attempts = [{ tool: 'canary' }, { tool: 'secret' }, { workflow: 'canary-workflow' }, { text: 'canary tool' }]
    for (const attempt of attempts) {
      const answer = await app.request('a', '/api/v1/execute', post(attempt))
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(await answer.text()).not.toContain(CANARY)
    }
    const broken = app.commit('a-broken', { 'workflows/x.yaml': 'name: x\nstages: [canary-tool, secret]\n' })
    const answer = await app.request('a-broken', '/api/v1/config')
    expect(answer.status).toBe(503)
    const text = await answer.text()
    expect(text).toContain(broken)
    expect(text).not.toContain(CANARY)
  })

  test('nor the metrics', async () => {
    expect(await (await app.request(undefined, '/metrics')).text()).not.toContain(CANARY)
  })

  test('nor what is shown of it to whoever runs the server', async () => {
    const answer = await app.request(undefined, '/admin/tenants/a/usage')
    expect(answer.status).toBe(200)
    expect(await answer.text()).not.toContain(CANARY)
  })
})

/** The body; of a stream its first event. */
async function textOf(answer: Response): Promise<string> {
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer.text()
  const events = openEvents(answer)
  const first = await events.next()
  await events.close()
  return JSON.stringify(first)
}
