/** Reflogs: where a ref has been, one line for each move. Source: gitformat of `log_ref_write_fd` in Git's files-backend.c. */
import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Oid } from '../kernel/ids.ts'
import type { Identity } from './commit-bytes.ts'
import { removeEmptyFolders } from './empty-folders.ts'

export type RefMove = {
  /** null = the ref was made. */
  from: Oid | null
  to: Oid
  by: Identity
  /** Milliseconds since 1970. */
  atMs: number
  message: string
}

const NO_OID = '0'.repeat(40) as Oid

/**
 * Appends the line of `move`; the log is made where there is none.
 * @param ref the name below `gitDir`, also `HEAD`
 */
export function appendReflog(gitDir: string, ref: string, { from, to, by, atMs, message }: RefMove): void {
  const text = message.replace(/\s+/g, ' ').trim()
  const line = `${from ?? NO_OID} ${to} ${by.name} <${by.email}> ${Math.floor(atMs / 1000)} +0000\t${text}\n`
  const path = join(gitDir, 'logs', ref)
  try {
    appendFileSync(path, line)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EISDIR') removeEmptyFolders(path)
    else if (code === 'ENOENT') mkdirSync(dirname(path), { recursive: true })
    else throw error
    appendFileSync(path, line)
  }
}
