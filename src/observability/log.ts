/** The log: one JSON object a line on standard error. Standard output belongs to what a command prints. */
import { destination, pino } from 'pino'

export type Log = {
  info(members: object, message: string): void
  warn(members: object, message: string): void
  error(members: object, message: string): void
}

const STDERR = 2

/** `all`, or what went wrong in the product itself: a command tells its caller the rest. */
export type LogExtent = 'all' | 'errors'

const LEVELS: Readonly<Record<LogExtent, string>> = { all: 'info', errors: 'error' }

export const createLog = (extent: LogExtent): Log =>
  pino(
    {
      level: LEVELS[extent],
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ['authorization', '*.authorization'],
    },
    destination(STDERR),
  )
