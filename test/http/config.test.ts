import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../support/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

const BROKEN = { 'config/broken.yaml': 'a: [1\n' }

describe('the whole configuration', () => {
  test('is what the branch says, with the commit it is of', async () => {
    const head = app.commit('whole', { 'config/own.yaml': 'of: whole\n' })
    const answer = await app.request('whole', '/api/v1/config')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.headers.get('etag')).toBe(`"${head}"`)
    expect(answer.headers.get('x-config-revision')).toBe(head)
    expect(answer.headers.get('x-config-degraded')).toBeNull()
    expect(answer.headers.get('vary')).toBe('X-Tenant-ID')
    expect(answer.headers.get('cache-control')).toContain('private')
    expect(await answer.json()).toEqual({
      revision: head,
      valid: true,
      tools: [
        { name: 'double', kind: 'compute', description: 'Doubles a number.' },
        { name: 'small', kind: 'rules', description: 'Takes small numbers.' },
      ],
      workflows: [{ name: 'both', description: 'Checks a number and doubles it.' }],
      config: {
        features: { beta: false },
        limits: { requests: 10, nested: { 'a/b': [1, { '~': 'tilde' }] } },
        own: { of: 'whole' },
      },
    })
  })

  test('is not sent again to whoever has it, until a commit changes it', async () => {
    const head = app.commit('again', {})
    const ask = (tag: string) => app.request('again', '/api/v1/config', { headers: { 'If-None-Match': tag } })
    for (const tag of [`"${head}"`, `W/"${head}"`, `"other", "${head}"`, '*']) {
      const answer = await ask(tag)
      expect(answer.status, tag).toBe(304)
      expect(answer.headers.get('etag')).toBe(`"${head}"`)
      expect(answer.headers.get('x-config-revision')).toBe(head)
      expect(answer.headers.get('vary')).toBe('X-Tenant-ID')
      expect(await answer.text()).toBe('')
    }
    expect((await ask('"other"')).status).toBe(200)
    const next = app.commit('again', { 'config/features.json': '{"beta": true}' })
    const changed = await ask(`"${head}"`)
    expect(changed.status).toBe(200)
    expect(changed.headers.get('etag')).toBe(`"${next}"`)
  })

  test('has another tag while a refused commit is named beside it, so that nobody misses the errors', async () => {
    const good = app.commit('degraded', {})
    const first = (await app.request('degraded', '/api/v1/config')).headers.get('etag') ?? ''
    const bad = app.commit('degraded', BROKEN)
    const answer = await app.request('degraded', '/api/v1/config', { headers: { 'If-None-Match': first } })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('etag')).not.toBe(first)
    expect(answer.headers.get('x-config-revision')).toBe(good)
    expect(answer.headers.get('x-config-degraded')).toBe(bad)
    expect(await answer.json()).toMatchObject({
      revision: good,
      valid: false,
      refused: { revision: bad, errors: [{ file: 'config/broken.yaml', line: 2 }] },
    })
    const tag = answer.headers.get('etag') ?? ''
    const again = await app.request('degraded', '/api/v1/config', { headers: { 'If-None-Match': tag } })
    expect(again.status).toBe(304)
    expect(again.headers.get('x-config-degraded')).toBe(bad)
  })
})

describe('one value of it', () => {
  test.each([
    ['limits', { requests: 10, nested: { 'a/b': [1, { '~': 'tilde' }] } }],
    ['limits/requests', 10],
    ['features/beta', false],
    ['limits/nested/a~1b/0', 1],
    ['limits/nested/a~1b/1/~0', 'tilde'],
    ['limits/nested/a~1b/1/%7E0', 'tilde'],
  ])('%s', async (pointer, value) => {
    const head = app.commit('values', {})
    const answer = await app.request('values', `/api/v1/config/${pointer}`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('etag')).toBe(`"${head}"`)
    expect(await answer.json()).toEqual(value)
  })

  test.each([
    'nothing',
    'limits/nothing',
    'limits/requests/0',
    'limits/nested/a~1b/2',
    'limits/nested/a~1b/01',
    'limits/nested/a~1b/-1',
    'limits/nested/a~1b/length',
    'limits/',
    '%zz',
  ])('%s is not there', async (pointer) => {
    app.commit('values', {})
    const answer = await app.request('values', `/api/v1/config/${pointer}`)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ code: 'config-not-found', detail: expect.stringContaining('limits') })
  })

  test('null, an empty map and nothing are three things', async () => {
    app.commit('three', { 'config/three.json': '{"none": null, "empty": {}}' })
    expect(await (await app.request('three', '/api/v1/config/three/none')).text()).toBe('null')
    expect(await (await app.request('three', '/api/v1/config/three/empty')).text()).toBe('{}')
    expect((await app.request('three', '/api/v1/config/three/absent')).status).toBe(404)
  })

  test('is not sent again either', async () => {
    const head = app.commit('values', {})
    const headers = { 'If-None-Match': `"${head}"` }
    expect((await app.request('values', '/api/v1/config/limits/requests', { headers })).status).toBe(304)
  })
})

test('where no commit was ever good, every path that needs one says 503 with all errors', async () => {
  const head = app.commit('never', BROKEN)
  for (const path of ['config', 'config/limits', 'tools', 'tools/double', 'workflows', 'workflows/both']) {
    const answer = await app.request('never', `/api/v1/${path}`)
    expect(answer.status, path).toBe(503)
    expect(answer.headers.get('x-config-degraded')).toBe(head)
    expect(answer.headers.get('x-config-revision')).toBeNull()
    expect(await answer.json()).toMatchObject({
      code: 'config-invalid',
      revision: head,
      errors: [{ file: 'config/broken.yaml', line: 2 }],
    })
  }
  expect((await app.request('never', '/api/v1/history')).status).toBe(200)
  expect((await app.request('never', '/api/v1/executions')).status).toBe(200)
})
