/**
 * The times of allowed_signers files and of `-Overify-time`. A time without `Z` is in the process's time zone, as in
 * OpenSSH; what is written here always has the `Z`.
 * Invariant: a date that no calendar has is refused, not carried over into the next month.
 * Source: ssh-keygen(1), "TIME FORMATS" of OpenSSH's absolute times.
 */

/** What a time looks like, for messages. */
export const SIGNER_TIME_FORM = 'YYYYMMDD or YYYYMMDDHHMM[SS], with "Z" at the end for UTC, such as "20270131Z"'

const FORM = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?(Z?)$/

/** Milliseconds since 1970-01-01T00:00Z, or undefined where `text` is no such time. */
export function parseSignerTime(text: string): number | undefined {
  const found = FORM.exec(text)
  if (found === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  const utc = new Date(Date.UTC(year, month - 1, day, hour, minute, second))
  const iso = [year, month, day, hour, minute, second].map((part, index) =>
    String(part).padStart(index === 0 ? 4 : 2, '0'),
  )
  if (utc.toISOString().slice(0, 19) !== `${iso.slice(0, 3).join('-')}T${iso.slice(3).join(':')}`) return undefined
  return found[7] === 'Z' ? utc.getTime() : new Date(year, month - 1, day, hour, minute, second).getTime()
}

/** The time in UTC to the second, such as `20270131000000Z`. */
export const formatSignerTime = (timeMs: number): string =>
  `${new Date(timeMs).toISOString().slice(0, 19).replaceAll(/[-T:]/g, '')}Z`
