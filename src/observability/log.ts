/** The log: one JSON object a line on standard error. Standard output belongs to what a command prints. */
import { destination, pino } from 'pino'

export type Log = {
  info(members: object, message: string): void
  warn(members: object, message: string): void
  error(members: object, message: string): void
}

const STDERR = 2

export const createLog = (): Log =>
  pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: ['authorization', '*.authorization'] },
    destination(STDERR),
  )
