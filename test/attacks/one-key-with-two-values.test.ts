/** Attack 29: keys that stand twice, so that one reader sees the first value and another reader the last. */
import { test } from 'vitest'
import { attackTarget } from './target.ts'

const target = attackTarget()

test('duplicate keys in JSON, each with its place', async () => {
  await target.expectRefusal({ 'config/twice.json': '{\n  "a": 1,\n  "b": {"c": 1, "c": 2},\n  "a": 2\n}' }, [
    { file: 'config/twice.json', line: 3, column: 17, pointer: '/b/c', code: 'duplicate-key' },
    { file: 'config/twice.json', line: 4, column: 3, pointer: '/a', code: 'duplicate-key' },
  ])
})

test('one key in plain and in escaped letters', async () => {
  await target.expectRefusal({ 'config/escaped.json': '{"a": 1, "\\u0061": 2}' }, [
    { file: 'config/escaped.json', line: 1, column: 10, pointer: '/a', code: 'duplicate-key' },
  ])
})

test('duplicate keys in YAML', async () => {
  await target.expectRefusal({ 'config/twice.yaml': 'a: 1\nb: 2\n"a": 3\n' }, [
    { file: 'config/twice.yaml', line: 3, column: 1, pointer: '/a', code: 'duplicate-key' },
  ])
})

test('a tool that is a validator to one reader and a calculation to another', async () => {
  const text = '{"name": "x", "compute": {"a": "1"}, "compute": {"a": "2"}}'
  await target.expectRefusal({ 'tools/x.json': text }, [
    { file: 'tools/x.json', line: 1, column: 38, pointer: '/compute', code: 'duplicate-key' },
  ])
})
