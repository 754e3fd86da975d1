/**
 * The pepper of the keys' digests: 32 random bytes in a file beside the database, so that a copy of the one without the
 * other is worth nothing. Made at the first start; without it no key is known any more, so it belongs into the backup.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { StartRefused } from '../kernel/start-refused.ts'

const BYTES = 32
const OWNER_ONLY = 0o600

export const pepperPathIn = (dataDir: string): string => join(dataDir, 'keys', 'pepper')

/** @throws StartRefused where the file is not what was written there */
export function readPepper(path: string): Uint8Array {
  if (!existsSync(path)) makePepper(path)
  const text = readFileSync(path, 'utf8').trim()
  const pepper = Buffer.from(text, 'base64url')
  if (pepper.length === BYTES && pepper.toString('base64url') === text) return pepper
  throw new StartRefused(
    `${path} is not the pepper of the API keys. Restore it from a backup; deleted, every API key has to be issued anew.`,
  )
}

/** The file appears whole or not at all; of several processes that start at once, one makes it. */
function makePepper(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomUUID()}.new`
  writeFileSync(draft, `${randomBytes(BYTES).toString('base64url')}\n`, { mode: OWNER_ONLY, flag: 'wx', flush: true })
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
}
