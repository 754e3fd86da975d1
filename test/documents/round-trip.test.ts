import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { childPointer, isJsonObject, type Json } from '../../src/kernel/json.ts'
import { accepted, parseText } from './reading.ts'

const DANGEROUS = ['__proto__', 'constructor', 'prototype']
// Control characters are escaped in JSON but may stand bare in YAML, where they are refused.
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'ab:#-{}[],"\'&*!|>%@` \n~/'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
})
const json = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value)),
    text,
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .dictionary(
        text.filter((key) => !DANGEROUS.includes(key)),
        tie('value'),
        { maxKeys: 5 },
      )
      .map((value) => ({ ...value })),
  ),
})).value

/** Every place of `value` with its pointer. */
function* places(value: Json, pointer = ''): Generator<[string, Json]> {
  yield [pointer, value]
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* places(item, childPointer(pointer, index))
  else if (isJsonObject(value))
    for (const [key, member] of Object.entries(value)) yield* places(member, childPointer(pointer, key))
}

const offsetOf = (source: string, { line, column }: { line: number; column: number }) =>
  source
    .split('\n')
    .slice(0, line - 1)
    .reduce((sum, before) => sum + before.length + 1, 0) +
  column -
  1

/** The package writes a few texts of blanks and line feeds that it reads otherwise, or cannot read. */
function readsBack(source: string, value: unknown): boolean {
  try {
    return isDeepStrictEqual(parse(source), value)
  } catch {
    return false
  }
}

describe('what was written is what is read', () => {
  test('any JSON value, at any indentation', () => {
    fc.assert(
      fc.property(json, fc.integer({ min: 0, max: 4 }), (value, indent) => {
        expect(accepted('a.json', JSON.stringify(value, null, indent)).value).toEqual(value)
      }),
      { numRuns: 200 },
    )
  })

  test('any JSON value, as YAML', () => {
    fc.assert(
      fc.property(json, (value) => {
        const source = stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 })
        fc.pre(source.trim() !== '' && readsBack(source, value))
        expect(accepted('a.yaml', source).value).toEqual(value)
      }),
      { numRuns: 200 },
    )
  })

  test('any JSON text is YAML of the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(accepted('a.yaml', JSON.stringify(value)).value).toEqual(value)
      }),
      { numRuns: 200 },
    )
  })

  test('each place of a value is located at the text of that value, and its key at the text of the key', () => {
    fc.assert(
      fc.property(json, fc.integer({ min: 0, max: 3 }), (value, indent) => {
        const source = JSON.stringify(value, null, indent)
        const document = accepted('a.json', source)
        for (const [pointer, part] of places(value)) {
          const rest = source.slice(offsetOf(source, document.locate(pointer)))
          const first = JSON.stringify(part)[0] ?? ''
          expect(rest.startsWith(Array.isArray(part) || isJsonObject(part) ? first : JSON.stringify(part))).toBe(true)
        }
        if (!isJsonObject(value)) return
        for (const key of Object.keys(value)) {
          const at = offsetOf(source, document.locate(childPointer('', key), 'key'))
          expect(source.startsWith(JSON.stringify(key), at)).toBe(true)
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('nothing that a file may hold makes the reader throw', () => {
  const outcome = (file: string, source: string) => {
    const parsed = parseText(file, source)
    if (parsed.kind === 'document') expect(parsed.document.locate('/a/0/b').line).toBeGreaterThan(0)
    else expect(parsed.findings.length).toBeGreaterThan(0)
  }

  const soup = fc
    .array(
      fc.constantFrom(
        ...[
          'a',
          'b: ',
          '- ',
          '? ',
          ': ',
          '\n',
          '\n  ',
          '\n ',
          '[',
          ']',
          '{',
          '}',
          ',',
          '"',
          "'",
          '|\n',
          '>-\n',
          '#',
          '&a ',
          '*a',
          '!t ',
        ],
        ...[
          '---\n',
          '...\n',
          '%Y\n',
          '\t',
          '\r\n',
          '\\',
          '0x',
          '1e9',
          '<<: ',
          '\uFEFF',
          '~',
          '//',
          '/*',
          'true',
          '\u{1F600}',
        ],
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join(''))

  test.each(['a.json', 'a.yaml'])('%s of random signs', (file) => {
    fc.assert(
      fc.property(soup, (source) => outcome(file, source)),
      { numRuns: 1_000 },
    )
  })

  test.each(['a.json', 'a.yaml'])('%s of random bytes', (file) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => outcome(file, Buffer.from(bytes).toString('latin1'))),
      { numRuns: 200 },
    )
  })

  test.each(['a.json', 'a.yaml'])('%s of a good text with one stretch cut out', (file) => {
    fc.assert(
      fc.property(json, fc.nat(), fc.nat({ max: 5 }), (value, at, length) => {
        const source = file === 'a.json' ? JSON.stringify(value, null, 1) : stringify(value)
        const start = at % Math.max(1, source.length)
        outcome(file, source.slice(0, start) + source.slice(start + length))
      }),
      { numRuns: 300 },
    )
  })

  test('a JSON file is accepted just where JSON.parse takes it, but for what is refused on purpose', () => {
    const onPurpose = new Set([
      'duplicate-key',
      'dangerous-key',
      'number-not-finite',
      'number-not-exact',
      'control-character',
    ])
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...'[]{},:"\\u01e.-+ \n\taé/', 'true', 'null', '"a"', '1'), { maxLength: 8 }),
        (parts) => {
          const source = parts.join('')
          const parsed = parseText('a.json', source)
          if (parsed.kind === 'document') expect(JSON.parse(source)).toEqual(parsed.document.value)
          else if (!parsed.findings.some(({ code }) => onPurpose.has(code)))
            expect(() => JSON.parse(source)).toThrow(SyntaxError)
        },
      ),
      { numRuns: 3_000 },
    )
  })
})
