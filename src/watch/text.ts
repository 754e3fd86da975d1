/** Events as people read them in a terminal. Pure. */
import type { WatchEvent } from './event.ts'
import type { Status } from './status.ts'

const MAX_FILES = 20

/** One line for the event, and one for each file or problem. */
export function eventText(event: WatchEvent): string {
  if (event.type === 'end') return `ended: ${event.reason}\n`
  const { status } = event
  const lines = [`${status.state}  ${describe(status)}`]
  if (event.type === 'change') {
    const files = event.files ?? []
    lines.push(...files.slice(0, MAX_FILES).map(({ path, change }) => `  ${change}  ${path}`))
    if (files.length > MAX_FILES) lines.push(`  and ${files.length - MAX_FILES} more files`)
  }
  lines.push(
    ...status.problems.slice(0, MAX_FILES).map(({ file = '', line = 1, column = 1, detail }) => {
      const place = file === '' ? '' : `${file}:${line}:${column}: `
      return `  ${place}${detail}`
    }),
  )
  return `${lines.join('\n')}\n`
}

function describe({ state, revision, head }: Status): string {
  if (state === 'degraded') return `${revision} serves; ${head} was refused`
  return revision ?? head ?? 'nothing serves'
}
