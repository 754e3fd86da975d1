/**
 * Ids that sort by the time they were made: UUID version 7 (RFC 9562, section 5.7).
 * Invariant: the ids of one source strictly increase as text, also within a millisecond and when the clock goes back
 * (section 6.2, method 1: the 12 bits of `rand_a` are a counter that starts at random with its top bit clear; when it
 * overflows, the timestamp moves on by one).
 */
import { randomFillSync } from 'node:crypto'
import type { Clock } from './clock.ts'

/** Random bits come in blocks: one call into OpenSSL costs more than the rest of an id. */
const POOL_BYTES = 4096
/** 2 bytes to start the counter, 8 for `rand_b`. */
const BYTES_PER_ID = 10
const COUNTER_MAX = 0xfff

const TEXT_BYTES = 36
const DASH = 0x2d

/** The two digits of each byte, as ASCII. */
const DIGITS = Buffer.from(
  Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0')).join(''),
  'latin1',
)

/**
 * A source of ids such as `019a9c1e-7f3b-7b2c-9d41-0c7f5a1e8b60`, lower case.
 * @param clock gives the 48 bits of milliseconds
 * @param fillRandom fills an array with unpredictable bytes
 */
export function timeOrderedIds(
  clock: Pick<Clock, 'now'>,
  fillRandom: (bytes: Uint8Array) => unknown = randomFillSync,
): () => string {
  const pool = new Uint8Array(POOL_BYTES)
  let used = POOL_BYTES
  let lastMs = -1
  let counter = 0
  // Written over for each id and then cut out whole: a text put together of pieces is a tree of them until it is read.
  const text = Buffer.alloc(TEXT_BYTES, DASH)

  const put = (at: number, byte: number): void => {
    text[at] = DIGITS[2 * (byte & 0xff)]!
    text[at + 1] = DIGITS[2 * (byte & 0xff) + 1]!
  }

  return () => {
    if (used + BYTES_PER_ID > POOL_BYTES) {
      fillRandom(pool)
      used = 0
    }
    const at = used
    used += BYTES_PER_ID
    const random = (index: number): number => pool[at + index]!

    const nowMs = Math.floor(clock.now())
    if (nowMs > lastMs || counter === COUNTER_MAX) {
      lastMs = Math.max(nowMs, lastMs + 1)
      counter = ((random(0) << 8) | random(1)) & (COUNTER_MAX >> 1)
      putTime(lastMs)
    } else counter += 1

    put(14, 0x70 | (counter >> 8))
    put(16, counter)
    put(19, 0x80 | (random(2) & 0x3f))
    put(21, random(3))
    for (let index = 0; index < 6; index += 1) put(24 + 2 * index, random(4 + index))
    return text.toString('latin1')
  }

  /** Bit operators take 32 bits, a timestamp has 48: the upper 16 are split off by division. */
  function putTime(ms: number): void {
    const high = Math.floor(ms / 0x1_0000_0000)
    const low = ms >>> 0
    put(0, high >> 8)
    put(2, high)
    put(4, low >>> 24)
    put(6, low >>> 16)
    put(9, low >>> 8)
    put(11, low)
  }
}
