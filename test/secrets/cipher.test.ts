import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { open, seal } from '../../src/secrets/cipher.ts'
import { makeDataKey, masterKeyFromText, masterKeyOf, rewrap, unwrap } from '../../src/secrets/key-ring.ts'
import { openSecret, sealSecret } from '../../src/secrets/secret.ts'

/** The bytes 7, 7, 7 and so on. */
const sevens = (count: number): Buffer => Buffer.alloc(count, 7)
const master = masterKeyOf(sevens(32))
const masters = { current: master, find: (id: string) => (id === master.id ? master : undefined) }
const bytes = fc.uint8Array({ maxLength: 200 })

describe('what is sealed', () => {
  test('opens for its own place', () => {
    fc.assert(
      fc.property(bytes, fc.string(), (plain, place) => {
        const sealed = seal(master.key, { plain, place }, randomBytes)
        expect(open(master.key, { sealed, place })).toEqual(Buffer.from(plain))
      }),
      { numRuns: 50 },
    )
  })

  test('does not open for another place, by another key, or with one bit changed', () => {
    fc.assert(
      fc.property(bytes, fc.string(), fc.string(), fc.nat(), (plain, place, other, bit) => {
        fc.pre(place !== other)
        const sealed = seal(master.key, { plain, place }, randomBytes)
        const changed = Buffer.from(sealed, 'base64')
        changed[(bit >> 3) % changed.length]! ^= 1 << (bit & 7)
        expect(open(master.key, { sealed, place: other })).toBeUndefined()
        expect(open(masterKeyOf(randomBytes(32)).key, { sealed, place })).toBeUndefined()
        expect(open(master.key, { sealed: changed.toString('base64'), place })).toBeUndefined()
      }),
      { numRuns: 50 },
    )
  })

  test('is AES-256-GCM: the vector of test case 14 of the GCM specification', () => {
    const zeros = (count: number): Buffer => Buffer.alloc(count)
    const sealed = seal(masterKeyOf(zeros(32)).key, { plain: zeros(16), place: '' }, zeros)
    expect(Buffer.from(sealed, 'base64').toString('hex')).toBe(
      `${'00'.repeat(12)}cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919`,
    )
  })

  test.each(['', 'AAAA', 'not base64 at all'])('is not %j', (sealed) => {
    expect(open(master.key, { sealed, place: 'p' })).toBeUndefined()
  })
})

describe('a data key', () => {
  const { wrapped, dataKey } = makeDataKey({ tenant: 'a', version: 1, master }, randomBytes)

  test('unwraps for its own tenant and version alone', () => {
    expect(unwrap('a', wrapped, masters)?.key.equals(dataKey.key)).toBe(true)
    expect(unwrap('b', wrapped, masters)).toBeUndefined()
    expect(unwrap('a', { ...wrapped, version: 2 }, masters)).toBeUndefined()
    expect(unwrap('a', { ...wrapped, masterId: '0000000000000000' }, masters)).toBeUndefined()
  })

  test('stays the same key under another master key', () => {
    const next = masterKeyOf(randomBytes(32))
    const rewrapped = rewrap({ tenant: 'a', wrapped, master: next, masters }, randomBytes)!
    expect(rewrapped.masterId).toBe(next.id)
    expect(unwrap('a', rewrapped, { current: next, find: () => next })?.key.equals(dataKey.key)).toBe(true)
  })

  test('opens a secret for its tenant, name and version alone', () => {
    const secret = sealSecret({ tenant: 'a', name: 'n', version: 3, value: 'v\u{1f512}' }, dataKey, randomBytes)
    expect(openSecret('a', secret, dataKey)).toBe('v\u{1f512}')
    expect(openSecret('b', secret, dataKey)).toBeUndefined()
    expect(openSecret('a', { ...secret, name: 'm' }, dataKey)).toBeUndefined()
    expect(openSecret('a', { ...secret, version: 4 }, dataKey)).toBeUndefined()
    expect(openSecret('a', secret, { ...dataKey, version: 2 })).toBeUndefined()
  })
})

test.each([
  '',
  'short',
  sevens(31).toString('base64'),
  sevens(32).toString('base64url'),
  `${sevens(32).toString('base64')}\n`,
])('a master key is not %j', (text) => {
  expect(masterKeyFromText(text)).toBeUndefined()
})
