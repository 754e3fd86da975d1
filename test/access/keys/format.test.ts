/** What a key looks like, and that a mistake in one is seen without a lookup. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createKeyDigests } from '../../../src/access/keys/digest.ts'
import { newKeyText, readPresented } from '../../../src/access/keys/format.ts'
import { createKeyVerifier } from '../../../src/access/keys/verify.ts'

const WORD = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

test('a new key is read as its own, with its id', () => {
  const { id, text } = newKeyText('live')
  expect(text).toMatch(/^esp_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{30}_[0-9A-Za-z]{6}$/)
  expect(readPresented(text)).toEqual({ kind: 'own', id })
})

test('the secret holds more than 160 bits, and no two keys are alike', () => {
  expect(30 * Math.log2(WORD.length)).toBeGreaterThan(160)
  const keys = Array.from({ length: 200 }, () => newKeyText('live').text)
  expect(new Set(keys.map((key) => key.split('_')[3])).size).toBe(keys.length)
})

describe('one character changed', () => {
  const lookup = {
    find: (id: string): undefined => {
      throw new Error(`looked up ${id}`)
    },
  }
  const digests = createKeyDigests(new Uint8Array(32))
  const verify = createKeyVerifier({ lookup, digests, clock: { now: () => 0 }, onUse: () => {} })

  test('anywhere behind the prefix: refused before any lookup', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(...WORD, '_', '-', ' ', 'é'), (place, character) => {
        const { text } = newKeyText('live')
        const at = 4 + (place % (text.length - 4))
        fc.pre(text[at] !== character)
        const changed = text.slice(0, at) + character + text.slice(at + 1)
        expect(verify(changed)).toEqual({ kind: 'refused', reason: 'damaged' })
      }),
    )
  })

  test('in the prefix: no key of ours any more', () => {
    const { text } = newKeyText('live')
    for (const at of [0, 1, 2, 3]) {
      expect(readPresented(`${text.slice(0, at)}x${text.slice(at + 1)}`)).toEqual({ kind: 'foreign' })
    }
  })
})

test('cut, doubled, padded and empty texts are refused before any lookup', () => {
  const { text } = newKeyText('live')
  const wrong = [
    text.slice(0, -1),
    `${text}0`,
    `${text} `,
    ` ${text}`,
    `${text}${text}`,
    'esp_',
    '',
    'short',
    'a b c d e f',
  ]
  for (const each of wrong) expect(readPresented(each), each).toEqual({ kind: 'damaged' })
})

test('a text longer than any key is refused before any lookup', () => {
  expect(readPresented('x'.repeat(257))).toEqual({ kind: 'damaged' })
  expect(readPresented(`esp_live_${'x'.repeat(1_000_000)}`)).toEqual({ kind: 'damaged' })
})
