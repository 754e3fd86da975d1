import { inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { storedZlib } from '../../src/git/objects/stored-zlib.ts'

test('zlib reads back any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
      expect(Buffer.compare(inflateSync(storedZlib(bytes)), bytes)).toBe(0)
    }),
    { numRuns: 100 },
  )
})

test.each([0, 1, 5_551, 5_552, 5_553, 65_535, 65_536, 131_070, 131_071, 1_000_003])(
  'zlib reads back %i bytes of the highest value',
  (length) => {
    const bytes = Buffer.alloc(length, 0xff)
    expect(inflateSync(storedZlib(bytes)).equals(bytes)).toBe(true)
  },
)
