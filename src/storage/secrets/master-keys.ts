/**
 * Where the master keys of the secrets are kept: in the environment, or in `data/keys/master`, which is made at the first
 * start. The file has one key a line in base64, the newest first; it has more than one only while keys are turned over.
 * Invariants: the file is complete or not there, at every moment; one that others may read is not used.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { StartRefused } from '../../kernel/start-refused.ts'
import { KEY_BYTES } from '../../secrets/cipher.ts'
import { type MasterKey, type MasterKeys, masterKeyFromText, masterKeyOf } from '../../secrets/key-ring.ts'

/** Keys that the environment gives. */
export type GivenMasterKeys = { current: MasterKey | undefined; previous: MasterKey | undefined }

export type KeptMasterKeys = MasterKeys & {
  /** Adds a new key in front of the others, to be the current one. Undefined where the environment names it. */
  add: (() => MasterKey) | undefined
  /** Drops every key of the file but this one. */
  keepOnly(master: MasterKey): void
}

const OWNER_ONLY = 0o600
const PERMISSIONS_OF_OTHERS = 0o077

/** @throws StartRefused where the file is damaged or can be read by others */
export function openMasterKeys(dataDir: string, given: GivenMasterKeys): KeptMasterKeys {
  const path = join(dataDir, 'keys', 'master')
  const fromEnvironment = [given.current, given.previous].filter((key) => key !== undefined)
  if (given.current === undefined && !existsSync(path)) createFile(path)

  const kept = (): MasterKey[] => (existsSync(path) ? readFile(path) : [])
  let known = [...fromEnvironment, ...kept()]

  return {
    get current() {
      const [first] = given.current ? [given.current] : kept()
      if (first) return first
      throw new StartRefused(`${path} has no key. Restore it from a backup.`)
    },
    find(id) {
      const found = known.find((master) => master.id === id)
      if (found) return found
      known = [...fromEnvironment, ...kept()]
      return known.find((master) => master.id === id)
    },
    add: given.current
      ? undefined
      : () => {
          const bytes = randomBytes(KEY_BYTES)
          replaceFile(path, `${bytes.toString('base64')}\n${readFileSync(path, 'utf8')}`)
          return masterKeyOf(bytes)
        },
    keepOnly(master) {
      if (!existsSync(path)) return
      const lines = linesOf(path).filter((line) => masterKeyFromText(line)?.id === master.id)
      if (lines.length > 0) replaceFile(path, `${lines.join('\n')}\n`)
    },
  }
}

const linesOf = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')

function readFile(path: string): MasterKey[] {
  const { uid, mode } = statSync(path)
  if (process.getuid?.() === uid && (mode & PERMISSIONS_OF_OTHERS) !== 0) {
    throw new StartRefused(`"${path}" can be read by others; run: chmod 600 "${path}"`)
  }
  return linesOf(path).map((line, index) => {
    const master = masterKeyFromText(line)
    if (master) return master
    throw new StartRefused(`Line ${index + 1} of ${path} is not the base64 of ${KEY_BYTES} bytes. Restore it.`)
  })
}

/** Of several processes that start at once, one makes the file; all use it. */
function createFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = draftOf(path, `${randomBytes(KEY_BYTES).toString('base64')}\n`)
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!existsSync(path)) throw error
  } finally {
    unlinkSync(draft)
  }
}

const replaceFile = (path: string, text: string): void => renameSync(draftOf(path, text), path)

function draftOf(path: string, text: string): string {
  const draft = `${path}.${randomUUID()}.new`
  writeFileSync(draft, text, { mode: OWNER_ONLY, flag: 'wx', flush: true })
  return draft
}
