/**
 * Rounding in decimal, as people do on an invoice, halves away from zero. What counts is the number to 15 significant
 * digits, as in spreadsheets: 1.005 to two digits is 1.01 and so is 3 * 0.335, although the doubles for them lie a
 * little beside. Pure.
 */

/** Digits after the point that a rounded number can keep. */
export const MAX_DIGITS = 15

/** Decimal digits that every double keeps. */
const SIGNIFICANT_DIGITS = 15

/** The number written as `text`, times ten to the power of `places`, without a step in binary. */
function shifted(text: string, places: number): number {
  const [digits, exponent = '0'] = text.split('e')
  return Number(`${digits}e${Number(exponent) + places}`)
}

/** `value` with `digits` digits after the point (0 to `MAX_DIGITS`). What is not finite stays as it is. */
export function roundTo(value: number, digits: number): number {
  const size = Math.abs(value)
  const large = shifted(String(size), digits)
  // From 2^53 on a double has nothing after the point, and an overflow must not make an infinity of it.
  if (!(large < Number.MAX_SAFE_INTEGER)) return value
  const decimal = large < 10 ** SIGNIFICANT_DIGITS ? shifted(size.toPrecision(SIGNIFICANT_DIGITS), digits) : large
  // Adding 0 makes a negative zero, which JSON does not know, a plain one.
  return Math.sign(value) * shifted(String(Math.round(decimal)), -digits) + 0
}
