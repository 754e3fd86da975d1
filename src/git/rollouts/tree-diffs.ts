/**
 * How many trees differ each from its base, by one `git diff-tree`: 10 us each, where reading three of a tenant's trees and
 * comparing them takes ten times that.
 *
 * Git checks what it reads by zlib's sums, not by the ids: enough here, where a tenant's tree is shared with nobody.
 * A pair is left to be read where what git says is not plainly a tree that git would write: a name twice (a folder that
 * became a file, too), names out of order, a folder that is not named in ASCII.
 * Source: git-diff-tree(1), "--stdin" and "RAW OUTPUT FORMAT".
 */
import type { Oid } from '../../kernel/ids.ts'
import { type Entry, makeEntry } from '../../rollouts/plan/trees/indexed-tree.ts'
import type { TreeDiff, TreePair } from '../../rollouts/plan/trees/tree-diff.ts'
import { GitFailure, runGit } from '../run.ts'

/** Fewer are sooner read than a process is started. */
const FEW = 8
const TIMEOUT_MS = 60_000
const ARGS = [
  'diff-tree',
  '--stdin',
  '-r',
  '-t',
  '--raw',
  '-z',
  '--no-renames',
  '--no-abbrev',
  '--ignore-submodules=none',
]

/** @returns a function that gives a difference for each pair, in their order; undefined = the trees are to be read */
export function openTreeDiffs(gitDir: string) {
  return async (pairs: readonly TreePair[]): Promise<readonly (TreeDiff | undefined)[]> => {
    if (pairs.length < FEW) return []
    const input = pairs.map((pair) => `${headOf(pair)}\n`).join('')
    try {
      const output = await runGit({ cwd: gitDir, args: ARGS, input, timeoutMs: TIMEOUT_MS, env: ENVIRONMENT })
      return diffsOf(pairs, output.toString('latin1'))
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error
      // One damaged tree ends it for all: whoever reads them finds which.
      return []
    }
  }
}

const ENVIRONMENT = { GIT_NO_REPLACE_OBJECTS: '1' }

const headOf = ({ base, ours }: TreePair): string => `${base} ${ours}`

/** What is said of each pair: the pair and a line feed, then its differences. */
function diffsOf(pairs: readonly TreePair[], output: string): (TreeDiff | undefined)[] {
  const diffs: (TreeDiff | undefined)[] = []
  let at = 0
  for (const pair of pairs) {
    const head = `${headOf(pair)}\n`
    if (!output.startsWith(head, at)) return []
    at += head.length
    const collected = collector()
    for (; output[at] === ':'; ) at = collected.take(output, at)
    diffs.push(collected.diff())
  }
  return at === output.length ? diffs : []
}

const NOT_ASCII = /[\x80-\xff]/
const NO_MODE = '000000'
/** Where the parts of `:<mode> <mode> <id> <id> <letter>`, NUL, path, NUL begin: of `ours`. */
const MODE = 8
const OID = 56
const PATH = 99

function collector() {
  const folders = new Map<string, Map<string, Entry | undefined>>()
  const lastKeys = new Map<string, string>()
  let isPlain = true

  function add(at: string, name: string, entry: Entry | undefined): void {
    const names = folders.get(at) ?? new Map<string, Entry | undefined>()
    if (names.size === 0) folders.set(at, names)
    if (names.has(name) || NOT_ASCII.test(at)) isPlain = false
    names.set(name, entry)
    if (!entry) return
    if (entry.key <= (lastKeys.get(at) ?? '')) isPlain = false
    lastKeys.set(at, entry.key)
  }

  return {
    /** Takes the difference that begins at `start`; gives where the next one does. */
    take(output: string, start: number): number {
      const end = output.indexOf('\0', start + PATH)
      const slash = output.lastIndexOf('/', end)
      const nameAt = Math.max(slash + 1, start + PATH)
      const name = output.slice(nameAt, end)
      const mode = output.slice(start + MODE, start + MODE + NO_MODE.length)
      const entry =
        mode === NO_MODE
          ? undefined
          : makeEntry(name, storedMode(mode), output.slice(start + OID, start + OID + 40) as Oid)
      add(output.slice(start + PATH, nameAt), name, entry)
      return end + 1
    },
    diff: (): TreeDiff | undefined => (isPlain ? folders : undefined),
  }
}

/** As trees have it: without the zero in front of a folder's. */
const storedMode = (mode: string): string => (mode[0] === '0' ? mode.slice(1) : mode)
