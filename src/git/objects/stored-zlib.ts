/**
 * Bytes in zlib's framing without being compressed: what `deflateSync` gives at level 0, without the quarter of a megabyte
 * that it takes for each call. Pure. Source: RFC 1950 (the frame), RFC 1951, section 3.2.4 (stored blocks).
 */

/** Deflate, a window of 32 KB, the fastest level. */
const HEADER = [0x78, 0x01] as const
const MAX_BLOCK_BYTES = 0xffff
const BLOCK_HEADER_BYTES = 5
const CHECKSUM_BYTES = 4

export function storedZlib(bytes: Uint8Array): Buffer {
  const blocks = Math.max(1, Math.ceil(bytes.length / MAX_BLOCK_BYTES))
  const framed = Buffer.allocUnsafe(HEADER.length + blocks * BLOCK_HEADER_BYTES + bytes.length + CHECKSUM_BYTES)
  framed.set(HEADER, 0)
  let at = HEADER.length
  for (let block = 0; block < blocks; block += 1) {
    const from = block * MAX_BLOCK_BYTES
    const part = bytes.subarray(from, from + MAX_BLOCK_BYTES)
    framed[at] = block === blocks - 1 ? 1 : 0
    framed.writeUInt16LE(part.length, at + 1)
    framed.writeUInt16LE(~part.length & MAX_BLOCK_BYTES, at + 3)
    framed.set(part, at + BLOCK_HEADER_BYTES)
    at += BLOCK_HEADER_BYTES + part.length
  }
  framed.writeUInt32BE(adler32(bytes), at)
  return framed
}

const ADLER_BASE = 65_521
/** So many bytes can be summed before the sums pass 2^32 (zlib's NMAX). */
const ADLER_RUN = 5_552

/** RFC 1950, section 8.2. */
function adler32(bytes: Uint8Array): number {
  let a = 1
  let b = 0
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(at + ADLER_RUN, bytes.length)
    for (; at < end; at += 1) {
      a += bytes[at]!
      b += a
    }
    a %= ADLER_BASE
    b %= ADLER_BASE
  }
  return ((b << 16) | a) >>> 0
}
