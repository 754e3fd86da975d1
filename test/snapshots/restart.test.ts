/** The last good commit, over restarts of the server and whatever happens to the branch meanwhile. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type App, createApp } from '../../src/app.ts'
import { readConfig } from '../../src/boot/config.ts'
import type { ServedChange } from '../../src/snapshots/changes.ts'
import { createFolder, type Folder } from '../support/folder.ts'
import { type SetClock, setClock } from '../support/set-clock.ts'

let folder: Folder
let clock: SetClock
let app: App

const start = async (): Promise<void> => {
  app = await createApp(readConfig(folder.env, folder.path), { clock })
}
const restart = async (meanwhile = (): void => {}): Promise<void> => {
  await app.close()
  meanwhile()
  await start()
}
beforeEach(async () => {
  folder = createFolder()
  clock = setClock()
  await start()
})
afterEach(async () => {
  await app.close()
  folder.remove()
})

const own = (value: string) => ({ 'config/own.json': JSON.stringify({ value }) })
const BROKEN = { 'config/broken.yaml': 'a: [1\n' }

const get = async (path: string, tenant?: string): Promise<Response> =>
  app.server.request(`http://localhost${path}`, { headers: tenant ? { 'X-Tenant-ID': tenant } : {} })
const value = async (tenant: string): Promise<unknown> => {
  const answer = await get('/api/v1/config/own/value', tenant)
  return answer.status === 200 ? answer.json() : answer.status
}
const status = async (tenant: string) => (await get('/api/v1/status', tenant)).json()
const pins = (): string => folder.repository.git(['for-each-ref', '--format=%(refname)', 'refs/espalier'])

/** As somebody does who wants nothing of the past to be left. */
function collectGarbage(): void {
  folder.repository.git(['reflog', 'expire', '--expire=now', '--all'])
  folder.repository.git(['gc', '--prune=now', '--quiet'])
}

/** Moves the tenant's branch to a broken commit that has no parent. */
function rewrite(tenant: string): string {
  return folder.repository.commit(`customer/${tenant}`, { files: BROKEN, parent: null })
}

describe('a server that starts over a broken branch', () => {
  test('goes on with the commit that answered before, which broke while it ran', async () => {
    const good = folder.commit('a', own('good'))
    expect(await value('a')).toBe('good')
    const bad = folder.commit('a', BROKEN)
    expect(await value('a')).toBe('good')
    await restart()
    const answer = await get('/api/v1/config', 'a')
    expect(answer.headers.get('x-config-revision')).toBe(good)
    expect(answer.headers.get('x-config-degraded')).toBe(bad)
    expect(await value('a')).toBe('good')
  })

  test('and which broke while it was down', async () => {
    folder.commit('a', own('good'))
    expect(await value('a')).toBe('good')
    await restart(() => void folder.commit('a', BROKEN))
    expect(await value('a')).toBe('good')
  })

  test('knows none where none ever answered, and of no other tenant', async () => {
    folder.commit('a', own('good'))
    expect(await value('a')).toBe('good')
    await restart(() => {
      folder.commit('a', BROKEN)
      folder.commit('b', { ...own('never asked for') })
      folder.commit('b', BROKEN)
    })
    expect(await value('b')).toBe(503)
    expect(await value('a')).toBe('good')
  })

  test('after the history was rewritten and everything unreachable collected', async () => {
    folder.commit('a', own('good'))
    expect(await value('a')).toBe('good')
    rewrite('a')
    expect(await value('a')).toBe('good')
    await restart(collectGarbage)
    expect(await value('a')).toBe('good')
    // Twice, since the second start has only what the first one kept.
    await restart(collectGarbage)
    expect(await value('a')).toBe('good')
  })

  test('but does not make up for a commit that was collected while nobody looked', async () => {
    folder.commit('a', own('good'))
    expect(await value('a')).toBe('good')
    await restart(() => {
      rewrite('a')
      collectGarbage()
    })
    expect(await value('a')).toBe(503)
    folder.commit('a', { ...own('repaired'), 'config/broken.yaml': null })
    expect(await value('a')).toBe('repaired')
  })
})

test('a commit is pinned for as long as its tenant is degraded', async () => {
  folder.commit('a', own('good'))
  folder.commit('b', own('good'))
  await value('a')
  await value('b')
  expect(pins()).toBe('')
  folder.commit('a', BROKEN)
  await value('a')
  await restart()
  expect(pins()).toBe('refs/espalier/last-good/a')
  folder.commit('a', { 'config/broken.yaml': null })
  await value('a')
  await restart()
  expect(pins()).toBe('')
})

describe('where a branch stands', () => {
  test('/api/v1/status tells the head, what answers, since when, and every error with its place', async () => {
    const good = folder.commit('a', own('good'))
    expect(await status('a')).toEqual({
      tenant: 'a',
      state: 'live',
      head: good,
      revision: good,
      since: '2026-03-01T12:00:00.000Z',
      behindMain: false,
      errors: [],
    })
    clock.pass(60_000)
    const bad = folder.commit('a', BROKEN)
    const degraded = {
      tenant: 'a',
      state: 'degraded',
      head: bad,
      revision: good,
      since: '2026-03-01T12:01:00.000Z',
      behindMain: false,
      errors: [
        { file: 'config/broken.yaml', line: 2, column: 1, pointer: '', code: 'unclosed', detail: expect.any(String) },
      ],
    }
    expect(await status('a')).toEqual(degraded)
    clock.pass(60_000)
    await restart()
    expect(await status('a')).toEqual(degraded)
    const worse = folder.commit('a', { 'config/worse.yaml': ']' })
    expect(await status('a')).toMatchObject({ head: worse, revision: good, since: degraded.since })
    folder.repository.commit('main', { files: own('core') })
    expect(await status('a')).toMatchObject({ behindMain: true })
  })

  test('it answers of a tenant that is served nothing', async () => {
    const bad = folder.commit('a', BROKEN)
    expect(await status('a')).toMatchObject({ state: 'invalid', head: bad, revision: null, errors: [{ line: 2 }] })
  })

  test('the list of all tenants knows it before any of them was asked for', async () => {
    folder.commit('good', own('good'))
    folder.commit('bad', own('bad'))
    folder.commit('worse', BROKEN)
    for (const tenant of ['good', 'bad', 'worse']) await value(tenant)
    await restart(() => void folder.commit('bad', BROKEN))
    const names = async (state: string): Promise<string[]> => {
      const { items } = (await (await get(`/admin/tenants?state=${state}`)).json()) as {
        items: { tenant_id: string }[]
      }
      return items.map(({ tenant_id }) => tenant_id)
    }
    expect(await names('degraded')).toEqual(['bad'])
    expect(await names('invalid')).toEqual(['worse'])
    expect(await names('live')).toEqual(['good'])
  })

  test('the metric counts them, also right after a start', async () => {
    const gauge = async (state: string): Promise<string | undefined> =>
      new RegExp(`^espalier_tenants_refused\\{state="${state}"\\} (.*)$`, 'm').exec(
        await (await get('/metrics')).text(),
      )?.[1]
    folder.commit('a', own('good'))
    folder.commit('b', BROKEN)
    await value('a')
    await value('b')
    folder.commit('a', BROKEN)
    await value('a')
    expect([await gauge('degraded'), await gauge('invalid')]).toEqual(['1', '1'])
    await restart()
    expect([await gauge('degraded'), await gauge('invalid')]).toEqual(['1', '1'])
    folder.commit('a', { 'config/broken.yaml': null })
    await value('a')
    expect([await gauge('degraded'), await gauge('invalid')]).toEqual(['0', '1'])
  })

  test('whoever subscribes hears of each change once', async () => {
    const heard: string[] = []
    const told = ({ tenant, before, served }: ServedChange): void => {
      heard.push(`${tenant}: ${before?.kind ?? 'unknown'} -> ${served.kind}`)
    }
    const end = app.snapshots.changes.subscribe(told)
    folder.commit('a', own('good'))
    await Promise.all([value('a'), value('a'), value('a')])
    folder.commit('a', BROKEN)
    await value('a')
    await value('a')
    folder.commit('a', { 'config/broken.yaml': null })
    await value('a')
    end()
    folder.commit('a', own('later'))
    await value('a')
    expect(heard).toEqual(['a: unknown -> live', 'a: live -> degraded', 'a: degraded -> live'])
  })
})
