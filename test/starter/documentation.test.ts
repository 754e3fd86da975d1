/** What the documentation shows is what the product does: every file, answer and message in it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { packageFile } from '../../src/boot/package-files.ts'
import type { JsonObject } from '../../src/kernel/json.ts'
import { type DocumentedFile, readPage } from './documented.ts'
import { starterWith } from './folder.ts'
import { type Product, startProduct } from './product.ts'

const TENANT = 'acme-corp'
const pages = ['tools', 'workflows', 'text-routing'].map((name) => readPage(packageFile(`docs/${name}.md`)))
const files = pages.flatMap((page) => page.files)
const runs = pages.flatMap((page) => page.runs)
const refused = pages.flatMap((page) => page.refused)
const expressions = pages.flatMap((page) => page.expressions)

const definitionOf = ({ text }: DocumentedFile) => parse(text) as JsonObject & { name: string }
const pathOf = (file: DocumentedFile) => `${file.kind}s/documented-${definitionOf(file).name}.${file.extension}`

let product: Product
beforeAll(async () => {
  product = await startProduct()
  // Each file is one that a reader may add to the starter; all of them together are too.
  product.commit(TENANT, Object.fromEntries(files.map((file) => [pathOf(file), file.text])))
})
afterAll(() => product.close())

test('the pages hold examples of every sort', () => {
  for (const sort of [files, runs, refused, expressions]) expect(sort).not.toHaveLength(0)
})

test('every file is accepted', async () => {
  expect(await product.get(TENANT, '/api/v1/config')).toMatchObject({ status: 200, body: { valid: true } })
})

test.each(runs.map((run) => [definitionOf(run.file).name, run.line, run] as const))(
  '%s answers as line %i shows',
  async (name, _, { file, input, ending, expected }) => {
    const { body } = await product.execute(TENANT, { [file.kind]: name, input })
    if (ending === 'output') expect(body.result).toEqual(expected)
    else expect(body).toMatchObject(expected)
  },
)

test.each(refused.map(({ file, message }) => [definitionOf(file).name, file, message] as const))(
  'validate says of %s what is shown',
  async (_, file, message) => {
    const cwd = starterWith({ [`${file.kind}s/refused.${file.extension}`]: file.text })
    const ran = await product.validate(cwd)
    const errors = message.trimEnd().split('\n').length
    expect(ran).toEqual({ code: 1, stdout: `${message}${errors} error${errors === 1 ? '' : 's'}\n`, stderr: '' })
  },
)

describe('expressions', () => {
  test.each(expressions.map((each) => [each.source, each] as const))('%s', async (source, each) => {
    const { name: _name, compute: _compute, ...rest } = definitionOf(each.file)
    const name = 'documented_expression'
    product.commit(TENANT, { [`tools/${name}.json`]: JSON.stringify({ ...rest, name, compute: { result: source } }) })
    const { body } = await product.execute(TENANT, { tool: name, input: each.input })
    expect(body.result).toEqual({ result: each.expected })
  })
})

test('the texts of the page about routing give the arguments that it shows', async () => {
  const ask = async (text: string) => (await product.execute(TENANT, { text, dryRun: true })).body.route
  expect(await ask('convert 3 feet to metres')).toMatchObject({ arguments: { value: 3, unit: 'feet' } })
  expect(await ask('How many metres are 2.5 yards?')).toMatchObject({ arguments: { value: 2.5, unit: 'yards' } })
  expect(await ask('ship 4 kg')).toMatchObject({ name: 'shipping_cost', arguments: { weight: 4 } })
})
