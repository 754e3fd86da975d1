import { expect, test } from 'vitest'
import { parseRateLimit } from '../../../src/access/keys/rate-limit.ts'

test.each([
  ['100/minute', { limit: 100, windowMs: 60_000 }],
  ['1/second', { limit: 1, windowMs: 1_000 }],
  ['5000/hour', { limit: 5_000, windowMs: 3_600_000 }],
  ['999999999/day', { limit: 999_999_999, windowMs: 86_400_000 }],
])('%s', (text, limit) => {
  expect(parseRateLimit(text)).toEqual(limit)
})

test.each([
  '',
  '0/minute',
  '-1/minute',
  '1.5/minute',
  '1e9/minute',
  '100',
  '100/',
  '/minute',
  '100/week',
  ' 100/minute',
  '100/minute\n',
  '1000000000/day',
  'NaN/minute',
])('%j is no limit', (text) => {
  expect(parseRateLimit(text)).toBeUndefined()
})
