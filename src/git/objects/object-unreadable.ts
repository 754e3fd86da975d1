/** What a reader throws of an object that is missing, damaged, of another type than its place says, or larger than asked for. */
import type { Oid } from '../../kernel/ids.ts'

export class ObjectUnreadable extends Error {
  readonly oid: Oid

  /** @param type what its place says that it is, such as `tree` */
  constructor(type: string, oid: Oid, reason: string, options?: ErrorOptions) {
    super(`The ${type} ${oid} cannot be read: ${reason}`, options)
    this.name = 'ObjectUnreadable'
    this.oid = oid
  }
}

export class ObjectTooLarge extends Error {
  /** @param size in bytes */
  constructor(readonly size: number) {
    super(`The object has ${size} bytes`)
    this.name = 'ObjectTooLarge'
  }
}
