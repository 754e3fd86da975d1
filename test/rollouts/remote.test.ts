/** ESPALIER_GIT_REMOTE: what rollouts move is pushed, and a remote that is away or refuses holds nothing up. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { GIT_ENV } from '../support/repository.ts'
import { type SetClock, setClock } from '../support/set-clock.ts'
import { createRolloutApp, type RolloutApp, setLimits } from './product.ts'

let app: RolloutApp
let clock: SetClock
let folder: string
let remote: string
const git = (...args: string[]): string => execFileSync('git', args, { cwd: remote, env: GIT_ENV }).toString().trim()
const headsThere = (): string => git('for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads/customer')
const headsHere = (): string =>
  app.repository.git(['for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads/customer'])
const headOf = (branch: string): string => app.repository.git(['rev-parse', branch])

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-remote-'))
  remote = join(folder, 'remote.git')
  execFileSync('git', ['init', '--quiet', '--bare', remote], { env: GIT_ENV })
  clock = setClock()
  const env = { ESPALIER_GIT_REMOTE: `file://${remote}` }
  app = await createRolloutApp(['acme', 'globex', 'initech'], { env, overrides: { clock } })
  setLimits(app, 'requests: 20\n')
})
afterEach(async () => {
  await app.close()
  rmSync(folder, { recursive: true, force: true })
})

test('every branch that was moved is there, with nothing beside it', async () => {
  const run = await app.rollOut()
  expect(await app.rest(run)).toMatchObject({ remote: { pushed: 3, due: 0, refused: 0, error: null } })
  expect(headsThere()).toBe(headsHere())
  expect(git('for-each-ref', 'refs/rollouts')).toBe('')
  expect(app.repository.git(['for-each-ref', 'refs/rollouts'])).toBe('')
})

test('with the remote away the rollout goes on; the push is tried again, each time later', async () => {
  renameSync(remote, `${remote}.away`)
  const run = await app.rollOut()
  expect(await app.rest(run)).toMatchObject({ status: 'completed', counts: { verified: 3 } })
  const away = await app.admin(`/rollouts/${run.id}`)
  expect(away).toMatchObject({ remote: { due: 3, error: expect.stringContaining('remote.git') } })
  renameSync(`${remote}.away`, remote)
  await app.app.runs.pushDue()
  expect(await app.admin(`/rollouts/${run.id}`)).toMatchObject({ remote: { due: 3 } })
  clock.pass(1_000)
  await app.app.runs.pushDue()
  expect(await app.admin(`/rollouts/${run.id}`)).toMatchObject({ remote: { due: 0, pushed: 3, error: null } })
  expect(headsThere()).toBe(headsHere())
})

/** Somebody else's commit of a tenant, pushed to the remote and not here. */
function pushThere(tenant: string, files: Record<string, string>): string {
  const { repository } = app
  const here = headOf(`customer/${tenant}`)
  const theirs = repository.commit(`customer/${tenant}`, { files })
  repository.git(['push', '--quiet', remote, `${theirs}:refs/heads/customer/${tenant}`])
  repository.git(['update-ref', `refs/heads/customer/${tenant}`, here])
  return theirs
}

test('what a tenant has pushed there meanwhile is merged in, validated and served, and then the push goes through', async () => {
  const theirs = pushThere('acme', { 'config/own.yaml': 'name: acme\ncolour: red\n' })
  const run = await app.rollOut()
  expect(await app.rest(run)).toMatchObject({ status: 'completed', remote: { pushed: 3, refused: 0, due: 0 } })
  expect(headsThere()).toBe(headsHere())
  expect(git('rev-parse', 'customer/acme^2')).toBe(theirs)
  const { config } = (await (await app.request('acme', '/api/v1/config')).json()) as { config: unknown }
  expect(config).toMatchObject({ limits: { requests: 20 }, own: { name: 'acme', colour: 'red' } })
  expect(await app.limitsOf('globex')).toEqual({ requests: 20 })
})

test('what has all that is here already is taken as it is', async () => {
  const { repository } = app
  renameSync(remote, `${remote}.away`)
  const run = await app.rollOut()
  const later = repository.git(['commit-tree', '-p', 'customer/acme', '-m', 'later', 'customer/acme^{tree}'])
  renameSync(`${remote}.away`, remote)
  repository.git(['push', '--quiet', remote, `${later}:refs/heads/customer/acme`])
  clock.pass(1_000)
  await app.app.runs.pushDue()
  expect(await app.rest(run)).toMatchObject({ remote: { pushed: 3, refused: 0, due: 0 } })
  expect(headOf('customer/acme')).toBe(later)
})

test.each([
  ['disagrees with the rollout', { 'config/limits.yaml': 'requests: 7\n' }, 'config/limits.yaml'],
  ['does not validate', { 'tools/broken.json': '{' }, 'do not validate'],
])('what was pushed there and %s is left to a person, here and there as it was', async (_, files, reason) => {
  const theirs = pushThere('acme', files)
  const run = await app.rollOut()
  expect(await app.rest(run)).toMatchObject({ status: 'completed', remote: { pushed: 2, refused: 1, due: 0 } })
  expect(git('rev-parse', 'customer/acme')).toBe(theirs)
  const merge = headOf('customer/acme')
  expect(app.repository.git(['rev-parse', `${merge}^2`])).toBe(headOf('main'))
  const { items } = await app.admin(`/rollouts/${run.id}/tenants?state=verified`)
  expect(items).toContainEqual(
    expect.objectContaining({ tenant: 'acme', remote: 'refused', reason: expect.stringContaining(reason) }),
  )
})

test('a branch of another history, or one that a hook declines, is refused alone and never overwritten', async () => {
  const theirs = app.repository.git(['commit-tree', '-m', 'theirs', 'main^{tree}'])
  app.repository.git(['push', '--quiet', remote, `${theirs}:refs/heads/customer/acme`])
  const hook = '#!/bin/sh\ncase $1 in */globex) exit 1;; esac\n'
  writeFileSync(join(remote, 'hooks/update'), hook, { mode: 0o755 })
  const run = await app.rollOut()
  expect(await app.rest(run)).toMatchObject({ status: 'completed', remote: { pushed: 1, refused: 2, due: 0 } })
  expect(git('rev-parse', 'customer/acme')).toBe(theirs)
  const { items } = await app.admin(`/rollouts/${run.id}/tenants`)
  expect(items).toMatchObject([
    { tenant: 'acme', state: 'verified', remote: 'refused', reason: expect.stringContaining('not here') },
    { tenant: 'globex', remote: 'refused', reason: expect.stringContaining('hook declined') },
    { tenant: 'initech', remote: 'pushed' },
  ])
})

test('a hook that declines all of a push leaves all refused, and the rollout as it is', async () => {
  writeFileSync(join(remote, 'hooks/pre-receive'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  const run = await app.rollOut()
  expect(await app.rest(run)).toMatchObject({ status: 'completed', remote: { pushed: 0, refused: 3 } })
  expect(headsThere()).toBe('')
})
