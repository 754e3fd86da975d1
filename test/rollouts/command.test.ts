/** `espalier rollout` as people run it: without a server on repository and database, with one by asking it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFolder, type Folder } from '../support/folder.ts'
import { type Body, branchOf, expectSound, filesOf } from './world.ts'

const TENANTS = ['acme', 'globex', 'initech']

let folder: Folder
beforeAll(() => {
  folder = createFolder()
  for (const tenant of TENANTS) folder.commit(tenant, { 'config/own.yaml': `name: ${tenant}\n` })
  folder.commit('initech', { 'config/limits.yaml': 'requests: 15\n' })
})
afterAll(() => folder.remove())

const json = async (args: readonly string[]): Promise<Body> => {
  const ran = await folder.espalier(['rollout', ...args, '--json'])
  expect(ran, ran.stderr).toMatchObject({ code: 0 })
  return JSON.parse(ran.stdout) as Body
}
const limits = (): (string | undefined)[] => [...filesOf(folder, TENANTS, 'config/limits.yaml').values()]

test('from plan to completion with one conflict, and back, without a server and with one', async () => {
  for (const tenant of TENANTS) await folder.espalier(['tenant', 'show', tenant])
  folder.repository.commit('main', { files: { 'config/limits.yaml': 'requests: 20\n' } })

  const planned = await folder.espalier(['rollout', 'start'])
  expect(planned).toMatchObject({ code: 0, stderr: 'Planned: 2 clean, 1 conflict.\n' })
  expect(planned.stdout).toContain('espalier rollout approve')

  expect(await json(['approve', '--yes'])).toMatchObject({ status: 'completed', counts: { verified: 2, conflict: 1 } })
  const { items } = (await json(['resolve'])) as { items: Body[] }
  expect(items).toMatchObject([{ pointer: '/requests', ours: '15', theirs: '20', tenants: ['initech'] }])

  const server = await folder.serve()
  await json(['resolve', String(items[0]?.fingerprint), '--use', 'main'])
  expect(await json(['retry'])).toMatchObject({ status: 'completed', counts: { verified: 3 } })
  expect(limits()).toEqual(['requests: 20', 'requests: 20', 'requests: 20'])
  expect(await server.stop()).toBe(0)

  const shown = await folder.espalier(['rollout', 'rollback', '--tenant', 'acme'])
  expect(shown.stdout).toContain('2 verified, 1 rolled-back')
  expect(limits()[1]).toBe('requests: 20')
  const again = await folder.espalier(['rollout', 'pause'])
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('is completed; pause takes one that is') })
  expect(folder.repository.git(['log', '-1', '--format=%s', branchOf('acme')])).toMatch(
    /^Take back main at [0-9a-f]{12}$/,
  )
  // A plan says what a rollout would: what was taken back is to come again, although Git has the commit in the branch.
  expect(await json(['plan'])).toMatchObject({ counts: { clean: 1, noop: 2 } })
  await expectSound(folder)
  expect(await folder.espalier(['audit', 'verify'])).toMatchObject({ code: 0 })
})

test('a tenant on hold is left out until it is released; a commit that everybody has is nothing to let out', async () => {
  folder.repository.commit('main', { files: { 'config/limits.yaml': 'requests: 30\n' } })
  const unnamed = await folder.espalier(['rollout', 'hold', 'acme'])
  expect(unnamed).toMatchObject({ code: 2, stderr: expect.stringContaining('--reason') })
  const until = '2999-01-01T00:00:00Z'
  expect(await json(['hold', 'acme', '--reason', 'quarter close', '--until', until])).toMatchObject({
    reason: 'quarter close',
    until: '2999-01-01T00:00:00.000Z',
  })
  expect(await json(['plan'])).toMatchObject({ counts: { clean: 2, held: 1 } })
  expect(await json(['start', '--yes'])).toMatchObject({ status: 'completed', counts: { verified: 2, held: 1 } })
  expect((await folder.espalier(['rollout', 'show'])).stdout).toContain('quarter close')

  expect(await folder.espalier(['rollout', 'release', 'acme'])).toMatchObject({ code: 0 })
  const twice = await folder.espalier(['rollout', 'release', 'acme'])
  expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining('acme') })
  expect(await json(['retry'])).toMatchObject({ status: 'completed', counts: { verified: 3 } })

  const again = await folder.espalier(['rollout', 'start'])
  expect(again).toMatchObject({ code: 0, stdout: 'Nothing to let out: every branch has the commit already.\n' })
  expect(await json(['show'])).toMatchObject({ status: 'aborted', reason: expect.stringContaining('already') })
})
