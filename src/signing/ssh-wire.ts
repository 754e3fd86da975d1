/**
 * SSH's binary encoding: big-endian 32-bit numbers and strings with their length in front. Pure.
 * Invariant: reading never goes past the end, and text that is no such encoding gives `undefined`, not an error.
 * Source: RFC 4251, section 5.
 */

/** A number of 0 to 2^32 - 1 in four bytes. */
export function wireUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** A string: its length in bytes, then the bytes (UTF-8 where `value` is text). */
export function wireString(value: Uint8Array | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  return Buffer.concat([wireUint32(bytes.length), bytes])
}

class WireEnd extends Error {}

/** Reads one field after the other; only `readWire` makes one, because a field that is not there throws. */
class WireReader {
  readonly #bytes: Buffer
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** The next `length` bytes as they are. */
  bytes(length: number): Buffer {
    const end = this.#offset + length
    if (end > this.#bytes.length) throw new WireEnd()
    const taken = this.#bytes.subarray(this.#offset, end)
    this.#offset = end
    return taken
  }

  uint32(): number {
    return this.bytes(4).readUInt32BE()
  }

  string(): Buffer {
    return this.bytes(this.uint32())
  }

  rest(): Buffer {
    return this.bytes(this.#bytes.length - this.#offset)
  }
}

/** What `read` makes of `bytes`, or undefined where `bytes` end before `read` has all its fields. */
export function readWire<T>(bytes: Uint8Array, read: (reader: WireReader) => T): T | undefined {
  try {
    return read(new WireReader(bytes))
  } catch (error) {
    if (error instanceof WireEnd) return undefined
    throw error
  }
}
