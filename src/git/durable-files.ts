/**
 * Files that survive a power cut once they have their name: written beside it, fsynced, renamed, and the folder fsynced.
 * Waiting for the disk goes through the thread pool, so that requests are served meanwhile; what only touches memory
 * (making, writing, linking, renaming) does not, as the way through the pool costs more than the call.
 */
import { closeSync, fsync, openSync, writeSync } from 'node:fs'
import { promisify } from 'node:util'

/** Waits until what was written to `fd` is on the disk. */
export const syncFile: (fd: number) => Promise<void> = promisify(fsync)

/** Waits until the file at `path`, or the names in the folder, are on the disk. @throws the file system's error */
export async function syncPath(path: string): Promise<void> {
  const fd = openSync(path, 'r')
  try {
    await syncFile(fd)
  } finally {
    closeSync(fd)
  }
}

/** Writes all of `bytes`: one call may write less. @throws the file system's error, such as ENOSPC and EFBIG */
export function writeFully(fd: number, bytes: Uint8Array, position: number | null = null): void {
  for (let at = 0; at < bytes.length; ) {
    at += writeSync(fd, bytes, at, bytes.length - at, position === null ? null : position + at)
  }
}

/** Makes a file at `path`, where there must be none, and waits until its bytes are on the disk. */
export async function writeSynced(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const fd = openSync(path, 'wx', mode)
  try {
    writeFully(fd, bytes)
    await syncFile(fd)
  } finally {
    closeSync(fd)
  }
}
