/** A file that a command is to read. */
import { readFileSync } from 'node:fs'
import { StartRefused } from '../../kernel/start-refused.ts'

const STANDARD_INPUT = 0

/** @param path undefined = standard input, to its end. @throws StartRefused saying why it cannot be read */
export function readInput(path?: string): Buffer {
  try {
    return readFileSync(path ?? STANDARD_INPUT)
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException
    throw new StartRefused(`${path ?? 'Standard input'} ${REASONS[code] ?? `cannot be read: ${message}`}.`, { cause })
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  EISDIR: 'is a folder; a file is needed',
  EACCES: 'may not be read by this user',
}
