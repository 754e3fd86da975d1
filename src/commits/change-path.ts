/**
 * Which paths a change may name: those that are one file, the same one, in every clone of the repository. Pure.
 * Source: `verify_path` in Git's read-cache.c with `core.protectHFS` and `core.protectNTFS`.
 */
import { CHANGE_LIMITS } from './change.ts'

/** Control characters, and what separates names or streams elsewhere. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\\:]/u
/** Characters that HFS+ passes over when it compares names: `.g\u200cit` is `.git` there. */
const PASSED_OVER = /[\p{Cf}]/u
/** What NTFS makes of `.git`. */
const SHORT_NAME = /^git~\d/i

/** Why `path` cannot be written, or undefined where it can. */
export function pathRefusal(path: string): string | undefined {
  if (path === '') return 'A path names a file, such as "config/limits.yaml".'
  if (Buffer.byteLength(path) > CHANGE_LIMITS.pathBytes) return `A path has at most ${CHANGE_LIMITS.pathBytes} bytes.`
  const names = path.split('/')
  if (names.length > CHANGE_LIMITS.depth) return `A path has at most ${CHANGE_LIMITS.depth} names.`
  for (const name of names) {
    const refusal = nameRefusal(name)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

function nameRefusal(name: string): string | undefined {
  if (name === '') return 'A path neither begins nor ends with "/", and has no empty name in between.'
  if (name === '.' || name === '..') return `A path leads down from the top of the tree; "${name}" is no name in it.`
  if (name.toLowerCase().startsWith('.git') || SHORT_NAME.test(name))
    return `"${name}" is a name that Git keeps for itself.`
  if (FORBIDDEN.test(name) || PASSED_OVER.test(name))
    return 'A name holds no control, format or unpaired surrogate character, and neither "\\" nor ":".'
  if (/[. ]$/.test(name)) return `"${name}" ends in a dot or a blank, which not every file system keeps.`
  if (name.normalize('NFC') !== name) return `"${name}" is not in Unicode's form NFC; send it composed.`
  if (Buffer.byteLength(name) > CHANGE_LIMITS.nameBytes) return `A name has at most ${CHANGE_LIMITS.nameBytes} bytes.`
  return undefined
}

/** Two names with one folded form are one name on a file system that ignores case. */
export const foldName = (name: string): string => name.normalize('NFC').toLowerCase()
