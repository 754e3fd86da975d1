import { expect, test } from 'vitest'
import { formatFinding } from '../../src/documents/finding.ts'
import { parseDocument } from '../../src/documents/parse.ts'
import { accepted, rejected, summary } from './reading.ts'

const findingsOf = (file: string, bytes: Uint8Array) => {
  const parsed = parseDocument(file, bytes)
  return parsed.kind === 'rejected' ? summary(parsed.findings) : []
}

test('bytes that are not UTF-8 are refused at the first of them', () => {
  expect(findingsOf('a.json', Uint8Array.of(0x7b, 0x0a, 0x20, 0xff, 0x7d))).toEqual(['2:2 not-utf-8'])
})

test('a byte order mark is tolerated and moves no column', () => {
  const bytes = Buffer.from('\uFEFFa: 1\n1: b')
  expect(findingsOf('a.yaml', bytes)).toEqual(['2:1 key-not-text'])
  expect(findingsOf('a.json', Buffer.from('\uFEFF{"a":}'))).toEqual(['1:6 syntax /a'])
})

test('NUL and other control characters are refused in both formats', () => {
  expect(summary(rejected('a.json', '{"a":"\u0000"}'))).toEqual(['1:7 control-character'])
  expect(summary(rejected('a.yaml', 'a: 1\nb: \u001b[0m'))).toEqual(['2:4 control-character'])
  expect(rejected('a.yaml', 'a: \u0002')[0]?.detail).toContain('U+0002')
})

test('a file of more than 512 KB is refused by its size alone', () => {
  expect(findingsOf('a.json', new Uint8Array(512 * 1024 + 1))).toEqual(['1:1 too-large'])
})

test('the extension chooses the format, in any case; another extension is refused', () => {
  expect(accepted('config/A.JSON', '{"a": 1}').value).toEqual({ a: 1 })
  expect(accepted('b.YML', 'a: 1').value).toEqual({ a: 1 })
  expect(summary(rejected('a.toml', 'a = 1'))).toEqual(['1:1 unknown-format'])
  expect(summary(rejected('json', '{}'))).toEqual(['1:1 unknown-format'])
})

test('a finding prints as editors make it clickable', () => {
  const [finding] = rejected('tools/a.json', '{\n "a": 1,\n "a": 2\n}')
  expect(finding && formatFinding('tools/a.json', finding)).toBe(
    'tools/a.json:3:2: The key `a` stands already at line 2, column 2; keep one of the two. (duplicate-key, /a)',
  )
  const [empty] = rejected('a.json', '')
  expect(empty && formatFinding('a.json', empty)).toMatch(/^a\.json:1:1: .* \(empty\)$/)
})
