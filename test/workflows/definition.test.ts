import { describe, expect, test } from 'vitest'
import { isJsonObject, type Json } from '../../src/kernel/json.ts'
import { WORKFLOW_SCHEMA } from '../../src/workflows/definition.ts'

/** Every schema under a `properties` or `$defs` of `schema`, with the path that leads to it. */
function named(schema: Json, path = ''): [string, Json][] {
  if (Array.isArray(schema)) return schema.flatMap((item, index) => named(item, `${path}/${index}`))
  if (!isJsonObject(schema)) return []
  return Object.entries(schema).flatMap(([key, value]) => [
    ...((key === 'properties' || key === '$defs') && isJsonObject(value)
      ? Object.entries(value).map(([name, member]): [string, Json] => [`${path}/${key}/${name}`, member])
      : []),
    ...named(value, `${path}/${key}`),
  ])
}

const schema = WORKFLOW_SCHEMA as unknown as Json

describe('the published schema', () => {
  test.each([['(root)', schema] as [string, Json], ...named(schema)])(
    '%s has a title and a description',
    (_, member) => {
      expect(member).toMatchObject({ title: expect.any(String), description: expect.stringMatching(/\.$/) })
    },
  )

  test('every reference leads to a definition', () => {
    const references = [...JSON.stringify(schema).matchAll(/"\$ref":"#\/\$defs\/(\w+)"/g)].map(([, name]) => name!)
    expect(references.length).toBeGreaterThan(0)
    for (const name of references) expect(WORKFLOW_SCHEMA.$defs).toHaveProperty(name)
  })
})
