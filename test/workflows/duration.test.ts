import { describe, expect, test } from 'vitest'
import { parseDurationMs } from '../../src/workflows/duration.ts'

describe('a duration', () => {
  test.each([
    ['1ms', 1],
    ['500ms', 500],
    ['90s', 90_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['86400s', 86_400_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms)
  })

  test.each(['', '90', 's', '0s', '-1s', '1.5h', '1h30m', '90 s', '90S', '1w', '2d', '86401s', '9999999999s', '1s\n'])(
    '%j is none',
    (text) => {
      expect(parseDurationMs(text)).toBeUndefined()
    },
  )
})
