/** Attack 31: patterns that backtrack without end, and expressions that loop or grow; committed as tools, then run. */
import { expect, test } from 'vitest'
import { attackTarget } from './target.ts'

const target = attackTarget()

test('a pattern that backtracks is linear here', async () => {
  const files = { 'tools/evil.yaml': 'name: evil\nrules:\n  - "code_format: ^(a+)+$"\n' }
  expect(await target.validate(files)).toEqual({ code: 0, errors: [] })
  target.commit('patterns', files)
  for (const length of [40, 100_000]) {
    const answer = await target.execute('patterns', { tool: 'evil', input: { code: `${'a'.repeat(length)}!` } })
    expect(answer).toMatchObject({ status: 200, body: { result: { valid: false } } })
  }
  await target.expectUnharmed()
})

test('the same as `pattern` of an input schema, and as a sentence that is matched', async () => {
  const tool = {
    name: 'evil',
    patterns: ['aaa {x} aaa {y} aaa {z} aaa'],
    input: { type: 'object', properties: { code: { type: 'string', pattern: '^(a+)+$' }, x: {}, y: {}, z: {} } },
    compute: { r: '1' },
  }
  target.commit('schemas', { 'tools/evil.json': JSON.stringify(tool) })
  const input = { code: `${'a'.repeat(100_000)}!` }
  expect(await target.execute('schemas', { tool: 'evil', input })).toMatchObject({ status: 422 })
  expect((await target.execute('schemas', { text: 'aaa '.repeat(499) })).status).toBeLessThan(500)
  await target.expectUnharmed()
})

test('lookaround and back-references are refused where they stand', async () => {
  const text = `name: lookaround
rules:
  - "code_format: ^(?=a)a$"
  - { field: code, format: '(?<=a)b' }
  - { field: code, format: '(a)\\1' }
`
  await target.expectRefusal({ 'tools/lookaround.yaml': text }, [
    { line: 3, column: 5, pointer: '/rules/0', code: 'pattern-invalid' },
    { line: 4, pointer: '/rules/1/format', code: 'pattern-invalid' },
    { line: 5, pointer: '/rules/2/format', code: 'pattern-invalid' },
  ])
})

const LIST = Array.from({ length: 3_000 }, (_, index) => index)
const BOMBS = {
  'a comprehension inside of others': 'xs.all(a, xs.all(b, xs.all(c, a + b + c >= 0.0)))',
  'a list that grows': 'xs.map(a, xs.map(b, xs.map(c, [a, b, c])))',
  'a text that grows': 'xs.map(a, xs.map(b, string(a) + string(b)))',
}

test.each(Object.entries(BOMBS))('%s is ended, and its tenant answers again', async (_name, source) => {
  const tool = {
    name: 'bomb',
    input: { type: 'object', properties: { xs: { type: 'array', items: { type: 'number' } } } },
    compute: { r: source },
  }
  target.commit('bombs', { 'tools/bomb.json': JSON.stringify(tool) })
  const attacks = Array.from({ length: 4 }, () => target.execute('bombs', { tool: 'bomb', input: { xs: LIST } }))
  await target.expectUnharmed()
  for (const { status, body } of await Promise.all(attacks)) {
    expect([422, 503, 504]).toContain(status)
    expect(body).toMatchObject({ code: expect.stringMatching(/^tool-(?:failed|timeout)$|^overloaded$/) })
  }
  const small = await target.execute('bombs', { tool: 'bomb', input: { xs: [1] } })
  expect(small).toMatchObject({ status: 200, body: { success: true } })
  await target.expectUnharmed()
})

test('a flood of them keeps its own tenant waiting, and no neighbour', async () => {
  const loop = (name: string, source: string): string =>
    JSON.stringify({ name, input: { type: 'object', properties: { xs: { type: 'array' } } }, compute: { r: source } })
  target.commit('flood', { 'tools/bomb.json': loop('bomb', 'xs.all(a, xs.all(b, xs.all(c, a + b + c >= 0.0)))') })
  target.commit('neighbour', { 'tools/next.json': loop('next', 'xs.map(x, x + 1.0)') })
  let ended = 0
  const flood = Array.from({ length: 80 }, async () => {
    const { status, body } = await target.execute('flood', { tool: 'bomb', input: { xs: LIST } })
    ended += 1
    return { status, code: (body as { code?: string }).code }
  })
  // Those that find no room are told at once; the rest keep their process busy for seconds.
  await Promise.race(flood)
  for (let x = 0; x < 10; x += 1) {
    const answer = await target.execute('neighbour', { tool: 'next', input: { xs: [x] } })
    expect(answer).toMatchObject({ status: 200, body: { result: { r: [x + 1] } } })
  }
  expect(ended).toBeLessThan(flood.length)
  const all = await Promise.all(flood)
  expect(new Set(all.map(({ code }) => code))).toEqual(new Set(['tool-timeout', 'overloaded']))
  expect(all.filter(({ code }) => code === 'overloaded').every(({ status }) => status === 503)).toBe(true)
  await target.expectUnharmed()
})

test('an expression too deep or too long is refused before it runs', async () => {
  const deep = `${'('.repeat(5_000)}1${')'.repeat(5_000)}`
  const nested = Array.from({ length: 500 }, () => 'size([').join('') + Array.from({ length: 500 }, () => '])').join('')
  const tool = (name: string, source: string): string => JSON.stringify({ name, compute: { r: source } })
  await target.expectRefusal({ 'tools/deep.json': tool('deep', deep), 'tools/nested.json': tool('nested', nested) }, [
    { file: 'tools/deep.json', pointer: '/compute/r' },
    { file: 'tools/nested.json', pointer: '/compute/r' },
  ])
})
