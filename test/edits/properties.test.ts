import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CreateNodeOptions, stringify, type ToStringOptions } from 'yaml'
import { parseDocument } from '../../src/documents/parse.ts'
import { editDocument } from '../../src/edits/edit-document.ts'
import type { Json, JsonObject } from '../../src/kernel/json.ts'
import { mergePatch } from '../../src/kernel/merge-patch.ts'
import { canonical } from '../merge/random-values.ts'

const numRuns = process.env.ESPALIER_SOAK === '1' ? 3_000 : 150

const keys = fc.constantFrom('a', 'b', 'c', 'name', 'on', '1.0', 'with space', 'x/y~z', 'ü', '# k', 'a: b', '', '- d')
const texts = fc.oneof(
  fc.constantFrom('', 'text', 'yes', '1', '# no comment', 'a: b', '- c', "it's", 'two\nlines\n', 'two\n\nparts', ' x '),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('a', '\n', ' ', '#', ':', '"', "'", '\\', ',', '{', '-', '\t'), maxLength: 8 }),
)
const numbers = fc.oneof(
  fc.integer(),
  fc.constantFrom(-0, 0.1, 1e21, 1e-7),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const scalars = fc.oneof(fc.constantFrom<Json>(null, true, false), texts, numbers.filter(isExact))

function isExact(value: number): boolean {
  return !Number.isInteger(value) || Number.isSafeInteger(value) || /e/.test(String(value))
}

const { value } = fc.letrec<{ value: Json; map: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    scalars,
    tie('map'),
    fc.array(tie('value') as fc.Arbitrary<Json>, { maxLength: 4 }),
  ),
  map: fc.dictionary(keys, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}))
const maps = fc.dictionary(keys, value, { maxKeys: 5, noNullPrototype: true })

type Layout = { path: string; write: (document: JsonObject) => Segment[] }
/** A member of the document with the text that stands for it, comments and all. */
type Segment = { key: string; text: string }

const yaml = (options: CreateNodeOptions & ToStringOptions, comments: boolean): Layout => ({
  path: 'x.yaml',
  write: (document) =>
    Object.entries(document).map(([key, inner], i) => ({
      key,
      text: `${comments ? `${i % 2 ? '\n' : ''}# about ${i}\n` : ''}${stringify({ [key]: inner }, options)}`,
    })),
})

const json = (indent: string | undefined): Layout => ({
  path: 'x.json',
  write(document) {
    const members = Object.entries(document)
    return members.map(([key, inner], i) => {
      const text = JSON.stringify({ [key]: inner }, null, indent)
        .slice(1, -1)
        .trimEnd()
      const open = i === 0 ? '{' : ''
      const close = i === members.length - 1 ? (indent === undefined ? '}' : '\n}\n') : ','
      return { key, text: open + text + close }
    })
  },
})

function flow(whole: boolean): Layout {
  const options = {
    lineWidth: 0,
    collectionStyle: 'flow',
    defaultStringType: 'QUOTE_DOUBLE',
    doubleQuotedMinMultiLineLength: 1_000,
  } as const
  return {
    path: 'x.yaml',
    write(document) {
      if (whole) return [{ key: 'a', text: stringify(document, options) }]
      const keyOf = (key: string) => stringify({ [key]: 0 }).slice(0, -2)
      return Object.entries(document).map(([key, inner]) => ({ key, text: keyOf(key) + stringify(inner, options) }))
    },
  }
}

const LAYOUTS: Record<string, Layout> = {
  'JSON over lines': json('  '),
  'JSON with tabs': json('\t'),
  'JSON on one line': json(undefined),
  'YAML with comments': yaml({ lineWidth: 0 }, true),
  'YAML with lines broken': yaml({ lineWidth: 40 }, false),
  'YAML with four spaces and lists at their key': yaml(
    { lineWidth: 0, indent: 4, indentSeq: false, singleQuote: true },
    true,
  ),
  'YAML with values in flow style': flow(false),
  'YAML in flow style': flow(true),
}

const read = (path: string, text: string): Json => {
  const parsed = parseDocument(path, Buffer.from(text))
  return parsed.kind === 'document' ? parsed.document.value : expect.fail(JSON.stringify([text, parsed.findings]))
}

/** Of what the `yaml` package writes, a few odd texts do not come back as what they were. */
function says(path: string, text: string, document: JsonObject): boolean {
  const parsed = parseDocument(path, Buffer.from(text))
  return parsed.kind === 'document' && canonical(parsed.document.value) === canonical(plain(document))
}
const plain = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json

describe.each(Object.entries(LAYOUTS))('%s', (_, { path, write }) => {
  const eols = fc.constantFrom('\n', '\r\n')

  test('merge patches give the value that RFC 7396 gives, and leave every other member as it was written', () => {
    fc.assert(
      fc.property(maps, maps, eols, fc.boolean(), (document, patch, eol, marked) => {
        fc.pre(Object.keys(document).length > 0)
        const segments = write(document).map(({ key, text }) => ({ key, text: text.replaceAll('\n', eol) }))
        const text = (marked ? '\ufeff' : '') + segments.map((segment) => segment.text).join('')
        fc.pre(says(path, text, document))
        const next = mergePatch(read(path, text), patch)
        const edited = editDocument(path, Buffer.from(text), () => next)
        if (edited.kind !== 'edited') return expect.fail(JSON.stringify([edited, text]))
        const written = Buffer.from(edited.bytes).toString()
        expect(canonical(read(path, written))).toBe(canonical(next))
        expect(written.startsWith('\ufeff')).toBe(marked)
        if (path === 'x.json' || segments.length < Object.keys(document).length || segments.length === 1) return
        for (const { key, text: segment } of segments) {
          if (!Object.hasOwn(patch, key)) expect(written).toContain(segment)
        }
      }),
      { numRuns },
    )
  })

  test('any value can be put in the place of any other', () => {
    fc.assert(
      fc.property(maps, value, (document, next) => {
        fc.pre(Object.keys(document).length > 0)
        const text = write(document)
          .map((segment) => segment.text)
          .join('')
        fc.pre(says(path, text, document))
        const edited = editDocument(path, Buffer.from(text), () => next)
        if (edited.kind !== 'edited') return expect.fail(JSON.stringify([edited, text]))
        const written = Buffer.from(edited.bytes).toString()
        expect(canonical(read(path, written))).toBe(canonical(next))
      }),
      { numRuns },
    )
  })
})
