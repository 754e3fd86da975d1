/** How far two texts are the same. Asked in pieces, which the engine compares much faster than a loop over characters. */

/** Pieces begin at this size, and are halved where two of them differ. */
const LARGEST = 1024
/** Below this, characters are compared one by one. */
const SMALLEST = 8

/** How many characters, `most` at most, are the same in `a` from `atA` on and in `b` from `atB` on. */
export function commonPrefix(a: string, atA: number, b: string, atB: number, most: number): number {
  let size = 0
  for (let piece = LARGEST; piece >= SMALLEST; ) {
    const [fromA, fromB] = [atA + size, atB + size]
    if (size + piece <= most && a.slice(fromA, fromA + piece) === b.slice(fromB, fromB + piece)) size += piece
    else piece >>= 1
  }
  while (size < most && a.charCodeAt(atA + size) === b.charCodeAt(atB + size)) size++
  return size
}

/** How many characters, `most` at most, both texts end with. */
export function commonSuffix(a: string, b: string, most: number): number {
  let size = 0
  for (let piece = LARGEST; piece >= SMALLEST; ) {
    const [endA, endB] = [a.length - size, b.length - size]
    if (size + piece <= most && a.slice(endA - piece, endA) === b.slice(endB - piece, endB)) size += piece
    else piece >>= 1
  }
  while (size < most && a.charCodeAt(a.length - size - 1) === b.charCodeAt(b.length - size - 1)) size++
  return size
}
