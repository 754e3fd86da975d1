/**
 * Branch heads, re-read at every request without a child process and without a watcher.
 *
 * A loose ref costs one `stat` while it stands still; a packed one costs two, and packed-refs is read once per change.
 * Invariant: an answer is never older than the moment of the call. A stat is believed only if, when the file was read,
 * its mtime lay more than `SETTLE_MS` back: a coarse clock can give two writes one mtime (the "racily clean" problem,
 * git's Documentation/technical/racy-git.txt). Symbolic refs are never followed: a tenant's branch that points at
 * another branch would be a way into it.
 */
import { readFileSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Oid, RefName } from '../../kernel/ids.ts'
import { parseOid } from '../../kernel/ids.ts'
import { type PackedRefs, parsePackedRefs } from './packed-refs.ts'

export type RefState =
  | { kind: 'oid'; oid: Oid }
  | { kind: 'missing' }
  /** A ref that is not a plain commit id: symbolic, or empty or damaged. */
  | { kind: 'odd'; reason: 'symbolic' | 'damaged'; detail: string }

export type RefReader = {
  read(name: RefName): RefState
  /** As its own file says, which goes before packed-refs; undefined where it has none. */
  readLoose(name: RefName): RefState | undefined
}

type Stamp = { mtimeMs: number; ctimeMs: number; ino: number; size: number; settled: boolean }
type Cached<T> = { stamp: Stamp; value: T }

const SETTLE_MS = 20
const MISSING: RefState = { kind: 'missing' }

/** Reads the refs of the repository at `gitDir`. Works for loose and packed refs of the `files` ref storage. */
export function createRefReader(gitDir: string): RefReader {
  const loose = new Map<RefName, Cached<RefState>>()
  const packedPath = join(gitDir, 'packed-refs')
  let packed: Cached<{ refs: PackedRefs; found: Map<RefName, RefState> }> | undefined

  /** Git writes packed-refs before it deletes a loose ref, so looking in this order cannot miss a ref. */
  const read = (name: RefName): RefState => readLoose(name) ?? readPacked(name)

  function readLoose(name: RefName): RefState | undefined {
    const path = `${gitDir}/${name}`
    const stats = statFile(path)
    if (!stats) {
      loose.delete(name)
      return undefined
    }
    const known = loose.get(name)
    if (known && unchanged(known.stamp, stats)) return known.value
    const text = readText(path)
    if (text === undefined) return undefined
    const value = parseLooseRef(name, text)
    loose.set(name, { stamp: stampOf(stats), value })
    return value
  }

  function readPacked(name: RefName): RefState {
    const stats = statFile(packedPath)
    if (!stats) return MISSING
    if (!packed || !unchanged(packed.stamp, stats)) {
      packed = { stamp: stampOf(stats), value: { refs: parsePackedRefs(readText(packedPath) ?? ''), found: new Map() } }
    }
    const { refs, found } = packed.value
    const known = found.get(name)
    if (known) return known
    const oid = refs.oidOf(name)
    // Only what is there: names that are not are of any number.
    if (oid) found.set(name, { kind: 'oid', oid })
    return found.get(name) ?? MISSING
  }

  return { read, readLoose }
}

function statFile(path: string): Stats | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats?.isFile() ? stats : undefined
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

/** A ref below another ref's name, or one that has just been removed, is not there. */
const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(String(error.code))

/** Taken before the file is read: a write after that changes the next stat. */
const stampOf = ({ mtimeMs, ctimeMs, ino, size }: Stats): Stamp => ({
  mtimeMs,
  ctimeMs,
  ino,
  size,
  settled: Date.now() - mtimeMs > SETTLE_MS,
})

const unchanged = (stamp: Stamp, stats: Stats): boolean =>
  stamp.settled &&
  stamp.mtimeMs === stats.mtimeMs &&
  stamp.ctimeMs === stats.ctimeMs &&
  stamp.ino === stats.ino &&
  stamp.size === stats.size

function parseLooseRef(name: RefName, text: string): RefState {
  const oid = parseOid(text.trimEnd())
  if (oid) return { kind: 'oid', oid }
  if (text.startsWith('ref:')) {
    return { kind: 'odd', reason: 'symbolic', detail: `${name} is a symbolic ref; make it an ordinary branch.` }
  }
  return { kind: 'odd', reason: 'damaged', detail: `${name} holds no commit id; \`git update-ref\` can set it anew.` }
}
