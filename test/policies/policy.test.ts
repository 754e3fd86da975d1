import { expect, test } from 'vitest'
import { decide } from '../../src/policies/policy.ts'

test('without a rule everything is allowed', () => {
  expect(decide({ operator: {}, branch: {} }, { kind: 'tool', name: 'search' })).toEqual({ kind: 'allowed' })
})

test('the narrower of the two wins, and says whose it is', () => {
  const policies = { operator: { allowedTools: ['search', 'calculator'] }, branch: { allowedTools: ['search'] } }
  expect(decide(policies, { kind: 'tool', name: 'search' }).kind).toBe('allowed')
  expect(decide(policies, { kind: 'tool', name: 'calculator' })).toMatchObject({
    kind: 'denied',
    by: 'branch',
    reason: 'The tool "calculator" is not allowed: search is by config/policy.yaml on its branch.',
  })
  expect(decide(policies, { kind: 'tool', name: 'mailer' })).toMatchObject({ kind: 'denied', by: 'operator' })
})

test('an empty list allows nothing', () => {
  expect(decide({ operator: { allowedModels: [] }, branch: {} }, { kind: 'model', name: 'gpt-4' })).toMatchObject({
    kind: 'denied',
    reason: 'The model "gpt-4" is not allowed: no model is by the operator\'s settings of this tenant.',
  })
})

test('a rule of models says nothing of tools', () => {
  const policies = { operator: { allowedModels: ['gpt-4'] }, branch: {} }
  expect(decide(policies, { kind: 'tool', name: 'search' }).kind).toBe('allowed')
})
