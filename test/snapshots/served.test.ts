/** What a tenant is served while its branch moves in every way that git can move it. */
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseTenantId } from '../../src/kernel/ids.ts'
import { headRef } from '../../src/tenants/tenant.ts'
import { createTestApp, post, type TestApp } from '../support/test-app.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

const own = (value: number | string) => ({ 'config/own.json': JSON.stringify({ value }) })
const BROKEN = { 'config/broken.yaml': 'a: [1\n' }

async function value(tenant: string): Promise<unknown> {
  const answer = await app.request(tenant, '/api/v1/config/own/value')
  return answer.status === 200 ? await answer.json() : answer.status
}

describe('the last good commit', () => {
  test('stays through one bad commit after another, and the next good one is live on the very next request', async () => {
    const good = app.commit('t1', own(1))
    expect(await value('t1')).toBe(1)
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const bad = app.commit('t1', { ...own(2), 'config/broken.yaml': `a: [${attempt}\n` })
      const answer = await app.request('t1', '/api/v1/config')
      expect(answer.headers.get('x-config-revision')).toBe(good)
      expect(answer.headers.get('x-config-degraded')).toBe(bad)
      expect(await value('t1')).toBe(1)
    }
    const recovered = app.commit('t1', { ...own(3), 'config/broken.yaml': null })
    const answer = await app.request('t1', '/api/v1/config')
    expect(answer.headers.get('x-config-revision')).toBe(recovered)
    expect(answer.headers.get('x-config-degraded')).toBeNull()
    expect(await value('t1')).toBe(3)
  })

  test('is the one that was served last, not the newest good one of the history', async () => {
    app.commit('t2', own('old'))
    expect(await value('t2')).toBe('old')
    app.commit('t2', own('never asked for'))
    app.commit('t2', BROKEN)
    expect(await value('t2')).toBe('old')
  })

  test('of one tenant is not that of another', async () => {
    app.commit('t3', own('mine'))
    expect(await value('t3')).toBe('mine')
    app.commit('t4', BROKEN)
    expect(await value('t4')).toBe(503)
    app.commit('t3', BROKEN)
    expect(await value('t3')).toBe('mine')
    expect(await value('t4')).toBe(503)
  })

  test('still runs', async () => {
    const good = app.commit('t5', own(1))
    await value('t5')
    app.commit('t5', { 'tools/double.yaml': 'name: double\ncompute: { result: "n * " }\n' })
    const answer = await app.request('t5', '/api/v1/execute', post({ text: 'double 4' }))
    expect(await answer.json()).toMatchObject({ revision: good, result: { result: 8 } })
  })
})

describe('a branch that moves', () => {
  test('back to an older commit: that is what it says now', async () => {
    const first = app.commit('m1', own(1))
    app.commit('m1', own(2))
    expect(await value('m1')).toBe(2)
    app.repository.git(['update-ref', 'refs/heads/customer/m1', first])
    expect(await value('m1')).toBe(1)
  })

  test('by reset --hard in the work tree, and by commit --amend', async () => {
    app.commit('m2', own(1))
    app.repository.git(['checkout', '--quiet', 'customer/m2'])
    app.commit('m2', own(2))
    app.repository.git(['reset', '--hard', '--quiet'])
    expect(await value('m2')).toBe(2)
    app.repository.git(['reset', '--hard', '--quiet', 'HEAD~1'])
    expect(await value('m2')).toBe(1)
    app.repository.git(['commit', '--quiet', '--amend', '-m', 'amended'])
    expect(await value('m2')).toBe(1)
    expect((await app.request('m2', '/api/v1/config')).headers.get('x-config-revision')).toBe(
      app.repository.git(['rev-parse', 'HEAD']),
    )
    app.repository.git(['checkout', '--quiet', 'main'])
  })

  test('away and back again', async () => {
    const head = app.commit('m3', own(1))
    expect(await value('m3')).toBe(1)
    app.repository.git(['branch', '-D', 'customer/m3'])
    expect(await value('m3')).toBe(503)
    app.repository.git(['branch', 'customer/m3', 'main'])
    expect(await value('m3')).toBe(404)
    app.repository.git(['branch', '--force', 'customer/m3', head])
    expect(await value('m3')).toBe(1)
  })

  test('to a commit that never was: only that tenant hears of it, until the branch is good again', async () => {
    const head = app.commit('m4', own(1))
    expect(await value('m4')).toBe(1)
    const ref = `${app.repository.gitDir}/refs/heads/customer/m4`
    writeFileSync(ref, `${'1'.repeat(40)}\n`)
    const answer = await app.request('m4', '/api/v1/config')
    expect(answer.headers.get('x-config-revision')).toBe(head)
    expect(answer.headers.get('x-config-degraded')).toBe('1'.repeat(40))
    expect(await answer.json()).toMatchObject({ refused: { errors: [{ code: 'object-unreadable' }] } })
    for (const text of ['', 'garbage', `${head.slice(0, 39)}\n`]) {
      writeFileSync(ref, text)
      expect((await app.request('m4', '/api/v1/config')).status).toBe(503)
    }
    writeFileSync(ref, `${head}\n`)
    expect(await value('m4')).toBe(1)
  })

  test('to a tag or a tree is refused in words', async () => {
    app.commit('m5', own(1))
    const tree = app.repository.git(['rev-parse', 'customer/m5^{tree}'])
    writeFileSync(`${app.repository.gitDir}/refs/heads/customer/m5`, `${tree}\n`)
    const answer = await app.request('m5', '/api/v1/config')
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ errors: [{ code: 'object-unreadable' }] })
  })
})

describe('housekeeping of git while requests come in', () => {
  test('pack-refs, repack, gc and prune change no answer', async () => {
    const tenants = Array.from({ length: 10 }, (_, index) => `g${index}`)
    for (const tenant of tenants) app.commit(tenant, own(tenant))
    const commands = [
      ['pack-refs', '--all'],
      ['repack', '-a', '-d', '--quiet'],
      ['gc', '--prune=now', '--quiet'],
      ['pack-refs', '--all', '--prune'],
    ]
    for (const [round, command] of commands.entries()) {
      app.commit('g0', own(`g0-${round}`))
      app.repository.git(command)
      // One that nobody has asked for yet has to be read from the new pack.
      app.commit(`late-${round}`, own(round))
      app.repository.git(['gc', '--quiet'])
      expect(await value(`late-${round}`)).toBe(round)
      expect(await value('g0')).toBe(`g0-${round}`)
      for (const tenant of tenants.slice(1)) expect(await value(tenant)).toBe(tenant)
    }
  })

  test('a packed branch that moves on is read where it moved to', async () => {
    app.commit('p', own(1))
    app.repository.git(['pack-refs', '--all'])
    expect(await value('p')).toBe(1)
    app.commit('p', own(2))
    expect(await value('p')).toBe(2)
    app.repository.git(['pack-refs', '--all'])
    expect(await value('p')).toBe(2)
    app.repository.git(['branch', '-D', 'customer/p'])
    expect(await value('p')).toBe(503)
  })
})

test('two tenants with equal trees share one content, each under its own commit', async () => {
  const one = app.commit('same-1', own('same'))
  const two = app.commit('same-2', own('same'))
  const read = async (tenant: string) => {
    const id = parseTenantId(tenant) ?? expect.fail(tenant)
    const served = await app.app.snapshots.current(id, headRef(`customer/${tenant}`))
    return served?.kind === 'live' ? served.snapshot : expect.fail(tenant)
  }
  const [first, second] = [await read('same-1'), await read('same-2')]
  expect([first.revision, second.revision]).toEqual([one, two])
  expect(second.tools).toBe(first.tools)
  expect(second.router).toBe(first.router)
  expect(second.config).toBe(first.config)
})

test('fifty requests at once for a commit that nobody has read get one answer', async () => {
  const head = app.commit('crowd', own('crowd'))
  const answers = await Promise.all(Array.from({ length: 50 }, () => app.request('crowd', '/api/v1/config')))
  const bodies = await Promise.all(answers.map((answer) => answer.text()))
  expect(new Set(bodies).size).toBe(1)
  expect(answers.every(({ headers }) => headers.get('x-config-revision') === head)).toBe(true)
})
