/** Attack 28: YAML whose aliases multiply, whose tags make code, or that holds more than one document. */
import { expect, test } from 'vitest'
import { attackTarget } from './target.ts'

const target = attackTarget()

test('an alias bomb', async () => {
  const levels = Array.from({ length: 30 }, (_, index) => `l${index + 1}: &l${index + 1} [*l${index}, *l${index}]`)
  const { code, errors } = await target.validate({ 'config/bomb.yaml': `l0: &l0 lol\n${levels.join('\n')}\n` })
  expect(code).toBe(1)
  expect(errors).toMatchObject({ 0: { line: 1, column: 5, code: 'anchor' }, 2: { line: 2, column: 10, code: 'alias' } })
  await target.expectRefusal({ 'config/bomb.yaml': 'a: &a [x, x]\nb: [*a, *a]\n' }, [
    { file: 'config/bomb.yaml', line: 1, column: 4, code: 'anchor' },
    { file: 'config/bomb.yaml', line: 2, column: 5, code: 'alias' },
    { file: 'config/bomb.yaml', line: 2, column: 9, code: 'alias' },
  ])
})

test('a tag that makes a function', async () => {
  const text = 'a: 1\nrun: !!js/function "function () { process.exit(1) }"\n'
  await target.expectRefusal({ 'config/function.yaml': text }, [
    { file: 'config/function.yaml', line: 2, column: 6, code: 'tag' },
  ])
})

test('two documents in one file', async () => {
  await target.expectRefusal({ 'config/documents.yaml': 'a: 1\n---\nb: 2\n' }, [
    { file: 'config/documents.yaml', line: 2, column: 1, code: 'multiple-documents' },
  ])
})

test('a merge key', async () => {
  await target.expectRefusal({ 'config/merge.yaml': 'a: 1\n<<: { b: 2 }\n' }, [
    { file: 'config/merge.yaml', line: 2, column: 1, code: 'merge-key' },
  ])
})
