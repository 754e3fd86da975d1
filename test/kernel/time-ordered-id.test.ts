import { describe, expect, test } from 'vitest'
import { timeOrderedIds } from '../../src/kernel/time-ordered-id.ts'

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const fillWith = (byte: number) => (bytes: Uint8Array) => bytes.fill(byte)

describe('an id', () => {
  test('is the example of RFC 9562, appendix A.6, but for its random bits', () => {
    const newId = timeOrderedIds({ now: () => 0x017f22e279b0 }, fillWith(0))
    expect(newId()).toBe('017f22e2-79b0-7000-8000-000000000000')
  })

  test('takes its random bits from the source, and keeps version and variant', () => {
    const newId = timeOrderedIds({ now: () => 0x017f22e279b0 }, fillWith(0xff))
    expect(newId()).toBe('017f22e2-79b0-77ff-bfff-ffffffffffff')
  })

  test('is a version 7 UUID, made from the real sources', () => {
    const newId = timeOrderedIds({ now: () => Date.now() })
    for (let count = 0; count < 1_000; count += 1) expect(newId()).toMatch(UUID_V7)
  })
})

describe('ids strictly increase', () => {
  const increasing = (ids: readonly string[]): boolean => ids.every((id, index) => index === 0 || ids[index - 1]! < id)

  test('within one millisecond, also when its counter overflows', () => {
    const newId = timeOrderedIds({ now: () => 1_700_000_000_000 })
    const ids = Array.from({ length: 20_000 }, newId)
    expect(increasing(ids)).toBe(true)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('when the clock goes back', () => {
    const times = [50_000, 40_000, 49_999, 50_000, 50_001]
    let at = 0
    const newId = timeOrderedIds({ now: () => times[at++]! })
    expect(increasing(times.map(newId))).toBe(true)
  })

  test('over the bounds of each byte of the time', () => {
    const bounds = [8, 16, 24, 32, 40].flatMap((bits) => [2 ** bits - 1, 2 ** bits])
    let at = 0
    const newId = timeOrderedIds({ now: () => bounds[at++]! })
    const ids = bounds.map(newId)
    expect(increasing(ids)).toBe(true)
    expect(ids.map((id) => Number.parseInt(id.replace('-', '').slice(0, 12), 16))).toEqual(bounds)
  })
})
