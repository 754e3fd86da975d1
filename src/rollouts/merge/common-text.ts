/** How far two texts are the same. Asked in pieces, which the engine compares much faster than a loop over characters. */

/** Pieces grow from here, as most texts differ soon or not for long. */
const SMALLEST = 16
const LARGEST = 8192

/** How many characters, `most` at most, are the same in `a` from `atA` on and in `b` from `atB` on. */
export function commonPrefix(a: string, atA: number, b: string, atB: number, most: number): number {
  let size = 0
  let piece = SMALLEST
  while (size + piece <= most && a.slice(atA + size, atA + size + piece) === b.slice(atB + size, atB + size + piece)) {
    size += piece
    if (piece < LARGEST) piece *= 2
  }
  for (piece /= 2; piece >= SMALLEST; piece /= 2) {
    const end = size + piece
    if (end <= most && a.slice(atA + size, atA + end) === b.slice(atB + size, atB + end)) size = end
  }
  while (size < most && a.charCodeAt(atA + size) === b.charCodeAt(atB + size)) size++
  return size
}

/** How many characters, `most` at most, both texts end with. */
export function commonSuffix(a: string, b: string, most: number): number {
  const endA = a.length
  const endB = b.length
  let size = 0
  let piece = SMALLEST
  while (
    size + piece <= most &&
    a.slice(endA - size - piece, endA - size) === b.slice(endB - size - piece, endB - size)
  ) {
    size += piece
    if (piece < LARGEST) piece *= 2
  }
  for (piece /= 2; piece >= SMALLEST; piece /= 2) {
    const next = size + piece
    if (next <= most && a.slice(endA - next, endA - size) === b.slice(endB - next, endB - size)) size = next
  }
  while (size < most && a.charCodeAt(endA - size - 1) === b.charCodeAt(endB - size - 1)) size++
  return size
}
