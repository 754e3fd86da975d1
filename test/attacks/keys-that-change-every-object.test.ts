/** Attack 30: keys such as `__proto__` that a careless copy would write into the prototype of all objects. */
import { expect, test } from 'vitest'
import { attackTarget } from './target.ts'

const target = attackTarget()

test('in JSON, plain and escaped', async () => {
  await target.expectRefusal(
    {
      'config/escaped.json': '{"\\u005f_proto__": {"x": 1}}',
      'config/proto.json': '{"a": {"__proto__": {"x": 1}}}',
    },
    [
      { file: 'config/escaped.json', line: 1, column: 2, pointer: '/__proto__', code: 'dangerous-key' },
      { file: 'config/proto.json', line: 1, column: 8, pointer: '/a/__proto__', code: 'dangerous-key' },
    ],
  )
})

test('in YAML, with constructor and prototype', async () => {
  const text = 'a:\n  __proto__: {x: 1}\nconstructor: {prototype: {x: 2}}\n'
  await target.expectRefusal({ 'config/proto.yaml': text }, [
    { file: 'config/proto.yaml', line: 2, column: 3, pointer: '/a/__proto__', code: 'dangerous-key' },
    { file: 'config/proto.yaml', line: 3, column: 1, pointer: '/constructor', code: 'dangerous-key' },
    { file: 'config/proto.yaml', line: 3, column: 15, pointer: '/constructor/prototype', code: 'dangerous-key' },
  ])
})

test('in a tool', async () => {
  const text = '{"name": "p", "compute": {"a": "1"}, "__proto__": {"rules": ["x"]}}'
  await target.expectRefusal({ 'tools/proto.json': text }, [{ file: 'tools/proto.json', code: 'dangerous-key' }])
})

test('as the name of a file, which becomes a key of the configuration', async () => {
  const files = { 'config/__proto__.json': '{"polluted": true}', 'config/constructor.yaml': 'polluted: true\n' }
  await target.expectRefusal(files, [
    { file: 'config/__proto__.json', code: 'file-not-allowed' },
    { file: 'config/constructor.yaml', code: 'file-not-allowed' },
  ])
  expect(await target.get('bystander', '/api/v1/config/polluted')).toMatchObject({ status: 404 })
})

test('as names of tools and workflows that are asked for', async () => {
  for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
    expect(await target.execute('bystander', { tool: name })).toMatchObject({ status: 404 })
    expect(await target.get('bystander', `/api/v1/tools/${name}`)).toMatchObject({ status: 404 })
    expect(await target.get('bystander', `/api/v1/config/${name}`)).toMatchObject({ status: 404 })
    expect(await target.get('bystander', `/api/v1/config/features/${name}`)).toMatchObject({ status: 404 })
  }
  await target.expectUnharmed()
})

test.each([
  '{"tool": "double", "input": {"__proto__": {"n": 4}}}',
  '{"tool": "double", "\\u005f_proto__": {"input": 1}}',
])('in a body: %s', async (body) => {
  const answer = await fetch(`${target.server.url}/api/v1/execute`, {
    method: 'POST',
    headers: { 'X-Tenant-ID': 'bystander' },
    body,
  })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ code: 'body-malformed' })
  await target.expectUnharmed()
})
