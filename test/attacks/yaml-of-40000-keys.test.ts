/** Attack 27: a file that a quadratic check for duplicate keys takes 14 seconds over, while everybody else waits. */
import { expect, test } from 'vitest'
import { attackTarget } from './target.ts'

const target = attackTarget()

const keys = (count: number): string => Array.from({ length: count }, (_, index) => `k${index}: 1`).join('\n')
const OVER = { file: 'config/keys.yaml', code: 'too-many-nodes' }

test('40,000 keys are refused', async () => {
  await target.expectRefusal({ 'config/keys.yaml': keys(40_000) }, [OVER])
})

test('the keys that are allowed are read, each of them', async () => {
  const count = 4_900
  target.commit('large', { 'config/keys.yaml': keys(count) })
  const { status, body } = await target.get('large', '/api/v1/config/keys')
  expect(status).toBe(200)
  expect(Object.keys(body as object)).toHaveLength(count)
})

test('others are answered while forty such commits are being read', async () => {
  const tenants = Array.from({ length: 40 }, (_, index) => `flood-${index}`)
  // A comment of its own makes each blob another one, so that nothing is known from the one before.
  for (const tenant of tenants) target.commit(tenant, { 'config/keys.yaml': `# ${tenant}\n${keys(40_000)}` })
  const flood = tenants.map((tenant) => target.get(tenant, '/api/v1/config'))
  for (let round = 0; round < 20; round += 1) await target.expectUnharmed()
  for (const { status, body } of await Promise.all(flood)) {
    expect(status).toBe(503)
    expect(body).toMatchObject({ errors: [OVER] })
  }
})
