/** Keys as lines for people. Pure. */
import { type ApiKey, statusOf } from './key.ts'

/** A key, and what became of it where it was imported. */
export type Listed = { key: ApiKey; outcome?: string }

export function listText(listed: readonly Listed[], nowMs: number): string {
  if (listed.length === 0) return 'No keys.\n'
  const rows = [HEADINGS, ...listed.map((each) => cellsOf(each, nowMs))]
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

const HEADINGS = ['ID', 'TENANT', 'ROLE', 'SCOPES', 'LIMIT', 'STATUS', 'EXPIRES', 'LAST USED', 'NAME']

const cellsOf = ({ key, outcome }: Listed, nowMs: number): string[] => [
  key.id,
  key.tenant ?? '(operator)',
  key.role,
  key.scopes.join(','),
  key.rateLimit ?? '-',
  outcome ?? statusOf(key, nowMs),
  dateOf(key.expiresAt, 'never'),
  dateOf(key.lastUsedAt, '-'),
  key.name,
]

const dateOf = (atMs: number | null, otherwise: string): string =>
  atMs === null ? otherwise : new Date(atMs).toISOString().replace(/:\d\d\.\d+Z$/, 'Z')
