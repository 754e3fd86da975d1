import { expect, test } from 'vitest'
import { ALL_ALLOWED, decide, type Policy } from '../../src/policies/policy.ts'

const tools = (...names: string[]): Policy => ({ ...ALL_ALLOWED, allowedTools: new Set(names) })
const models = (...names: string[]): Policy => ({ ...ALL_ALLOWED, allowedModels: new Set(names) })

test('without a rule everything is allowed', () => {
  expect(decide({ operator: ALL_ALLOWED, branch: ALL_ALLOWED }, { kind: 'tool', name: 'search' })).toEqual({
    kind: 'allowed',
  })
})

test('the narrower of the two wins, and says whose it is', () => {
  const policies = { operator: tools('search', 'calculator'), branch: tools('search') }
  expect(decide(policies, { kind: 'tool', name: 'search' }).kind).toBe('allowed')
  expect(decide(policies, { kind: 'tool', name: 'calculator' })).toMatchObject({
    kind: 'denied',
    by: 'branch',
    reason: 'The tool "calculator" is not allowed: search is by config/policy.yaml on its branch.',
  })
  expect(decide(policies, { kind: 'tool', name: 'mailer' })).toMatchObject({ kind: 'denied', by: 'operator' })
})

test('an empty list allows nothing', () => {
  expect(decide({ operator: models(), branch: ALL_ALLOWED }, { kind: 'model', name: 'gpt-4' })).toMatchObject({
    kind: 'denied',
    reason: 'The model "gpt-4" is not allowed: no model is by the operator\'s settings of this tenant.',
  })
})

test('a rule of models says nothing of tools', () => {
  const policies = { operator: models('gpt-4'), branch: ALL_ALLOWED }
  expect(decide(policies, { kind: 'tool', name: 'search' }).kind).toBe('allowed')
})
