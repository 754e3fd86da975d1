/**
 * Joins small packs. Each group of commits leaves one, and every look-up of an object goes through all packs, so that a server
 * which nobody runs `git gc` beside would become slower with each write.
 *
 * By `git repack --geometric`: of packs in a row where each has twice the objects of the next, only those that break the row
 * are joined, so a hundred small ones cost milliseconds however large the rest is, and objects that no branch leads to yet
 * stay. Git takes care of whoever reads meanwhile; what has a `.keep` is left alone.
 * Source: git-repack(1). `gc.auto` = 0 turns it off, as it turns off git's own.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { GitFailure, runGit } from './run.ts'

export type Housekeeping = {
  /** Looks once, as the timer does. One look at a time. */
  look(): Promise<void>
  /** Waits for what is under way. */
  close(): Promise<void>
}

const EVERY_MS = 60_000
/** As many as git itself bears (`gc.autoPackLimit`). */
const MAX_PACKS = 50
/** A pack of gigabytes, in the worst of rows. */
const REPACK_TIMEOUT_MS = 30 * 60_000

/** @param onError told where git could not; the next look tries again */
export function openHousekeeping(gitDir: string, { onError }: { onError(error: unknown): void }): Housekeeping {
  const folder = join(gitDir, 'objects', 'pack')
  let looking: Promise<void> | undefined

  async function joinSmall(): Promise<void> {
    if (packsIn(folder) <= MAX_PACKS || (await isOff())) return
    const args = ['repack', '--quiet', '-d', '--geometric=2', '--no-write-bitmap-index']
    await runGit({ cwd: gitDir, args, timeoutMs: REPACK_TIMEOUT_MS })
  }

  /** Exit code 1: the key is not set. */
  async function isOff(): Promise<boolean> {
    try {
      return (await runGit({ cwd: gitDir, args: ['config', '--type=int', 'gc.auto'] })).toString('utf8').trim() === '0'
    } catch (error) {
      if (error instanceof GitFailure && error.exitCode === 1) return false
      throw error
    }
  }

  const look = (): Promise<void> => {
    looking ??= joinSmall()
      .catch(onError)
      .finally(() => {
        looking = undefined
      })
    return looking
  }
  const timer = setInterval(look, EVERY_MS)
  timer.unref()

  return {
    look,
    async close() {
      clearInterval(timer)
      await looking
    },
  }
}

/** Those that a repack may touch. */
function packsIn(folder: string): number {
  const names = new Set(readdirSync(folder))
  return [...names].filter((name) => name.endsWith('.idx') && !names.has(name.replace(/\.idx$/, '.keep'))).length
}
