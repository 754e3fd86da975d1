import { describe, expect, test } from 'vitest'
import { median, rowOf, tableOf } from '../../bench/report.ts'

const labels = { work: 'reading', rival: 'bare Hono' }

describe('a row', () => {
  test('tells the median of the ratios within each round, with the lowest and the highest', () => {
    const samples = [
      { ours: 50, theirs: 100 },
      { ours: 90, theirs: 100 },
      { ours: 30, theirs: 50 },
    ]
    expect(rowOf(labels, samples)).toEqual({
      ...labels,
      unit: 'requests/s',
      ours: 50,
      theirs: 100,
      ratio: 0.6,
      ratioMin: 0.5,
      ratioMax: 0.9,
    })
  })

  test('is not moved by a machine that slows down for both', () => {
    const samples = [
      { ours: 800, theirs: 1_000 },
      { ours: 80, theirs: 100 },
    ]
    expect(rowOf(labels, samples)).toMatchObject({ ratio: 0.8, ratioMin: 0.8, ratioMax: 0.8 })
  })

  test('has a ratio above 1 where we are better', () => {
    expect(rowOf(labels, [{ ours: 300, theirs: 200 }]).ratio).toBe(1.5)
  })

  test('of times has a ratio above 1 where ours are shorter', () => {
    const row = rowOf({ ...labels, unit: 'us, p99' }, [{ ours: 2.54, theirs: 5.08 }])
    expect(row).toMatchObject({ unit: 'us, p99', ours: 2.5, theirs: 5.1, ratio: 2 })
  })

  test('is refused where nothing was measured', () => {
    expect(() => rowOf(labels, [])).toThrow(RangeError)
    expect(() => rowOf(labels, [{ ours: 1, theirs: 0 }])).toThrow(/answered nothing/)
  })
})

test('the median of an even number of values is the mean of the middle two, whatever their order', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([10, 1, 4, 2])).toBe(3)
})

test('the table says which tenants and which way is better, and has a line for each row', () => {
  const row = rowOf(labels, [{ ours: 3, theirs: 2 }])
  expect(tableOf({ name: 'read', tenants: 7, rows: [row] })).toBe(
    `read, 7 tenants; a ratio above 1 means that we are better

work     rival      unit        ours  theirs  ratio  spread
reading  bare Hono  requests/s  3     2       1.50   1.50 to 1.50
`,
  )
})
