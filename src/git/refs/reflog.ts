/** Reflogs: where a ref has been, one line for each move. Source: gitformat of `log_ref_write_fd` in Git's files-backend.c. */
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, truncateSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Oid } from '../../kernel/ids.ts'
import { writeFully } from '../durable-files.ts'
import type { Identity } from '../objects/commit-bytes.ts'
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
 * Appends the line of `move`; the log is made where there is none. A line that finds no room leaves no part of itself.
 * @param ref the name below `gitDir`, also `HEAD`
 * @returns takes the line back, for a move that failed after it
 * @throws the file system's error, such as ENOSPC
 */
export function appendReflog(gitDir: string, ref: string, { from, to, by, atMs, message }: RefMove): () => void {
  const text = message.replace(/\s+/g, ' ').trim()
  const line = `${from ?? NO_OID} ${to} ${by.name} <${by.email}> ${Math.floor(atMs / 1000)} +0000\t${text}\n`
  const path = join(gitDir, 'logs', ref)
  const fd = open(path)
  try {
    const { size } = fstatSync(fd)
    try {
      writeFully(fd, Buffer.from(line))
    } catch (error) {
      ftruncateSync(fd, size)
      throw error
    }
    return () => truncateSync(path, size)
  } finally {
    closeSync(fd)
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'a')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EISDIR') removeEmptyFolders(path)
    else if (code === 'ENOENT') mkdirSync(dirname(path), { recursive: true })
    else throw error
    return openSync(path, 'a')
  }
}
