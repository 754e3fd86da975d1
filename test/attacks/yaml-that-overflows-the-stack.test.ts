/** Attack 26: some 4 KB of nested YAML that would overflow the stack of a recursive parser and abort the process. */
import { test } from 'vitest'
import { attackTarget } from './target.ts'

const target = attackTarget()

test.each([
  ['lists, 900 deep', '['.repeat(900)],
  ['lists, 1,237 deep', '['.repeat(1237)],
  ['maps, 1,237 deep', '{a: '.repeat(1237)],
  ['a list in each line', Array.from({ length: 400 }, (_, depth) => `${' '.repeat(depth)}-`).join('\n')],
])('%s', async (_name, text) => {
  await target.expectRefusal({ 'config/deep.yaml': text }, [{ file: 'config/deep.yaml', code: 'too-deep' }])
})

test('the same nesting in a tool and in a workflow', async () => {
  const deep = '['.repeat(1237)
  await target.expectRefusal({ 'tools/deep.yaml': deep, 'workflows/deep.yml': deep }, [
    { file: 'tools/deep.yaml', code: 'too-deep' },
    { file: 'workflows/deep.yml', code: 'too-deep' },
  ])
})

test('JSON, 100,000 deep', async () => {
  await target.expectRefusal({ 'config/deep.json': '['.repeat(100_000) }, [{ file: 'config/deep.json' }])
})
