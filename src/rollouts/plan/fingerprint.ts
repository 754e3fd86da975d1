/** What makes two conflicts one: the same place, the same kind, the same three values. Pure. */
import { createHash } from 'node:crypto'
import type { Conflict } from './plan.ts'

/** 40 hexadecimal digits. Equal exactly where all members are (SHA-1 over their JSON, so no joining of texts can collide). */
export const fingerprintOf = ({ path, pointer, kind, base, ours, theirs }: Omit<Conflict, 'fingerprint'>): string =>
  createHash('sha1')
    .update(JSON.stringify([path, pointer, kind, base, ours, theirs]))
    .digest('hex')
