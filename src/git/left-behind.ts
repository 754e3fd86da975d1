/**
 * Names of files that say which process made them, so that what a killed process left behind can be told from what a
 * living one has in use.
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { getEnvironmentData, setEnvironmentData, threadId } from 'node:worker_threads'

/** No refs and no host names have it (git-check-ref-format(1)). */
const SEPARATOR = '~'
/** The same in all threads of a process: none takes another's for left behind. */
const RUN_KEY = 'espalier run'
const RUN = (getEnvironmentData(RUN_KEY) as string | undefined) ?? randomUUID()
setEnvironmentData(RUN_KEY, RUN)
const ME = [process.pid, hostname(), RUN].join(SEPARATOR)
/** What another machine, or a container with its own process ids, has made is taken for left behind after this long. */
const FOREIGN_AFTER_MS = 10 * 60_000

let made = 0

/** A name that no other call gives, here or in another process. `subject` comes back from `subjectOf`. */
export function ownName(subject: string): string {
  made += 1
  return [ME, `${threadId}-${made}`, encodeURIComponent(subject)].join(SEPARATOR)
}

/** Whether a text is such a name. */
export const isOwnName = (text: string): boolean => text.split(SEPARATOR).length === 5

export const subjectOf = (name: string): string => decodeURIComponent(name.split(SEPARATOR)[4] ?? '')

/** Whether the process that made the file `name` is gone. */
export function isLeftBehind(name: string, { mtimeMs }: { mtimeMs: number }): boolean {
  const [pid, host] = name.split(SEPARATOR)
  if (name.startsWith(`${ME}${SEPARATOR}`)) return false
  const isHere = host === hostname()
  if (isHere && (Number(pid) === process.pid || !isAlive(Number(pid)))) return true
  // The file system's clock, not one that a test has set.
  return Date.now() - mtimeMs > FOREIGN_AFTER_MS
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process, which is one all the same.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
