/** Attack 32: schemas that read data of the request as rules, fetch from elsewhere, or exhaust the compiler. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { attackTarget } from './target.ts'

const target = attackTarget()

const toolWith = (input: string): string => `name: hostile\ninput:\n  ${input}\ncompute: { r: "1" }\n`

test('$data', async () => {
  const input = 'properties: { a: { type: number, maximum: { $data: 1/b } } }'
  await target.expectRefusal({ 'tools/data.yaml': toolWith(input) }, [
    { line: 3, pointer: '/input/properties/a/maximum', code: 'schema-keyword' },
  ])
})

test('a remote $ref, which nobody fetches', async () => {
  const asked: (string | undefined)[] = []
  const elsewhere = createServer((request, response) => {
    asked.push(request.url)
    response.end('{}')
  })
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  const { port } = elsewhere.address() as AddressInfo
  await target.expectRefusal({ 'tools/remote.yaml': toolWith(`$ref: "http://127.0.0.1:${port}/schema.json"`) }, [
    { line: 3, column: 9, pointer: '/input/$ref', code: 'schema-ref' },
  ])
  await new Promise((resolve) => elsewhere.close(resolve))
  expect(asked).toEqual([])
})

test('1,000 levels, in JSON and in YAML', async () => {
  const deep = `${'{"not":'.repeat(1_000)}{}${'}'.repeat(1_000)}`
  const tool = `{"name": "deep", "input": ${deep}, "compute": {"r": "1"}}`
  await target.expectRefusal({ 'tools/deep.json': tool, 'tools/deep.yaml': tool }, [
    { file: 'tools/deep.json', code: 'too-deep' },
    { file: 'tools/deep.yaml', code: 'too-deep' },
  ])
})

test('as deep as a file may be, and too deep for a schema', async () => {
  const deep = `${'{"not":'.repeat(50)}{}${'}'.repeat(50)}`
  await target.expectRefusal({ 'tools/deep.json': `{"name": "deep", "input": ${deep}, "compute": {"r": "1"}}` }, [
    { file: 'tools/deep.json', line: 1, column: 27, pointer: '/input', code: 'schema-too-large' },
  ])
})

test('references that unfold without end', async () => {
  const levels = Array.from(
    { length: 25 },
    (_, index) => `"l${index}": {"allOf": [{"$ref": "#/$defs/l${index + 1}"}, {"$ref": "#/$defs/l${index + 1}"}]}`,
  )
  const schema = `{"$ref": "#/$defs/l0", "$defs": {${levels.join(', ')}, "l25": {"type": "object"}}}`
  await target.expectRefusal({ 'tools/wide.json': `{"name": "wide", "input": ${schema}, "compute": {"r": "1"}}` }, [
    { file: 'tools/wide.json' },
  ])
})
