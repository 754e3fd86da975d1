/** Attack 36: workflows that call themselves, that nest too deep, or that unfold into more calls than a run may hold. */
import { test } from 'vitest'
import { attackTarget } from './target.ts'

const target = attackTarget()

const workflow = (name: string, stages: readonly string[]): string =>
  `name: ${name}\nstages:\n${stages.map((stage) => `  - ${stage}\n`).join('')}`

/** What the work below stands on, so that a folder of its own is whole. */
const TOOL = { 'tools/leaf.json': '{"name": "leaf", "compute": {"r": "1"}}' }

test('one that calls itself', async () => {
  await target.expectRefusal({ ...TOOL, 'workflows/self.yaml': workflow('self', ['leaf', 'self']) }, [
    { file: 'workflows/self.yaml', line: 4, column: 5, pointer: '/stages/1', code: 'workflow-cycle' },
  ])
})

test('two that call each other', async () => {
  const files = { 'workflows/a.yaml': workflow('a', ['b']), 'workflows/b.yaml': workflow('b', ['a']) }
  await target.expectRefusal(files, [
    { file: 'workflows/a.yaml', line: 3, column: 5, pointer: '/stages/0', code: 'workflow-cycle' },
    { file: 'workflows/b.yaml', line: 3, column: 5, pointer: '/stages/0', code: 'workflow-cycle' },
  ])
})

test('a chain of 500', async () => {
  const chain = Array.from({ length: 500 }, (_, index) => [
    `workflows/w${String(index).padStart(3, '0')}.yaml`,
    workflow(`w${index}`, [index === 499 ? 'leaf' : `w${index + 1}`]),
  ])
  await target.expectRefusal({ ...TOOL, ...Object.fromEntries(chain) }, [
    { file: 'workflows/w491.yaml', line: 3, column: 5, pointer: '/stages/0', code: 'workflow-too-deep' },
  ])
})

test('eight levels of a hundred stages', async () => {
  const levels = Array.from({ length: 8 }, (_, index) => [
    `workflows/l${index}.yaml`,
    workflow(`l${index}`, Array<string>(100).fill(index === 7 ? 'leaf' : `l${index + 1}`)),
  ])
  await target.expectRefusal({ ...TOOL, ...Object.fromEntries(levels) }, [
    { file: 'workflows/l6.yaml', line: 3, column: 3, pointer: '/stages', code: 'workflow-too-large' },
  ])
})
