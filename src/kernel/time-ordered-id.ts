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

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

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

  return () => {
    if (used + BYTES_PER_ID > POOL_BYTES) {
      fillRandom(pool)
      used = 0
    }
    const at = used
    used += BYTES_PER_ID
    const byte = (index: number): number => pool[at + index] ?? 0
    const hex = (value: number): string => HEX[value & 0xff] ?? ''

    const nowMs = Math.floor(clock.now())
    if (nowMs > lastMs) {
      lastMs = nowMs
      counter = ((byte(0) << 8) | byte(1)) & (COUNTER_MAX >> 1)
    } else if (counter < COUNTER_MAX) {
      counter += 1
    } else {
      lastMs += 1
      counter = ((byte(0) << 8) | byte(1)) & (COUNTER_MAX >> 1)
    }

    // Bit operators take 32 bits, a timestamp has 48: the upper 16 are split off by division.
    const high = Math.floor(lastMs / 0x1_0000_0000)
    const low = lastMs >>> 0
    const time = `${hex(high >> 8)}${hex(high)}${hex(low >>> 24)}${hex(low >>> 16)}-${hex(low >>> 8)}${hex(low)}`
    const count = `${hex(0x70 | (counter >> 8))}${hex(counter)}`
    const random = `${hex(0x80 | (byte(2) & 0x3f))}${hex(byte(3))}`
    return `${time}-${count}-${random}-${hex(byte(4))}${hex(byte(5))}${hex(byte(6))}${hex(byte(7))}${hex(byte(8))}${hex(byte(9))}`
  }
}
