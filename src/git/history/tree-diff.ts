/**
 * Which files differ between trees, by one `git diff-tree` for all pairs that are asked for at the same time.
 * Invariant: what is wrong with one request's trees is no other request's failure: they may be of several tenants.
 */
import type { FileChange, FileVersion, TreePair } from '../../history/repository.ts'
import { type Oid, parseOid } from '../../kernel/ids.ts'
import type { LimitedGit } from '../limited.ts'

type Request = {
  pairs: readonly TreePair[]
  resolve(changes: FileChange[][]): void
  reject(error: unknown): void
}

/** Git knows this tree without having it. */
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'

/** @param options `--no-renames` or `-M` */
export function createTreeDiff(git: LimitedGit, options: readonly string[]) {
  let waiting: Request[] = []
  let isRunning = false

  const diff = async (pairs: readonly TreePair[]): Promise<FileChange[][]> => {
    // Equal trees are not worth a line to git.
    const asked = pairs.filter(({ from, to }) => from !== to)
    if (asked.length === 0) return pairs.map(() => [])
    const args = ['diff-tree', '--stdin', '-r', '-z', '--raw', '--no-abbrev', ...options]
    const input = asked.map((pair) => `${headOf(pair)}\n`).join('')
    const found = parseDiffs(await git.run({ args, input }))
    return pairs.map((pair) => found.get(headOf(pair)) ?? [])
  }

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        const all = await diff(batch.flatMap(({ pairs }) => pairs))
        let at = 0
        for (const { pairs, resolve } of batch) {
          resolve(all.slice(at, at + pairs.length))
          at += pairs.length
        }
      } catch (error) {
        if (batch.length === 1) batch[0]?.reject(error)
        else await Promise.all(batch.map(({ pairs, resolve, reject }) => diff(pairs).then(resolve, reject)))
      }
    }
    isRunning = false
  }

  return (pairs: readonly TreePair[]): Promise<FileChange[][]> =>
    new Promise((resolve, reject) => {
      waiting.push({ pairs, resolve, reject })
      if (isRunning) return
      isRunning = true
      void flush()
    })
}

const headOf = ({ from, to }: TreePair): string => `${from ?? EMPTY_TREE} ${to ?? EMPTY_TREE}`

const COLON = 0x3a
const LINE_BREAK = 0x0a

/** What git says: for each pair a line with the two ids, then its entries, of which every part ends in NUL. */
function parseDiffs(output: Buffer): Map<string, FileChange[]> {
  const diffs = new Map<string, FileChange[]>()
  let current: FileChange[] = []
  let at = 0
  const part = (end: number): string => {
    const stop = output.indexOf(end, at)
    const text = output.toString('utf8', at, stop === -1 ? output.length : stop)
    at = stop === -1 ? output.length : stop + 1
    return text
  }
  while (at < output.length) {
    if (output[at] !== COLON) {
      current = []
      diffs.set(part(LINE_BREAK), current)
      continue
    }
    const [fromMode = '', toMode = '', fromBlob = '', toBlob = '', status = ''] = part(0).slice(1).split(' ')
    const path = part(0)
    const isRename = status.startsWith('R')
    current.push({
      path: isRename ? part(0) : path,
      change: CHANGES[status[0] ?? ''] ?? 'modified',
      ...(isRename ? { previousPath: path } : {}),
      from: versionOf(fromBlob, fromMode),
      to: versionOf(toBlob, toMode),
    })
  }
  return diffs
}

/** The others, such as a file that became a link, are changes of what is there. */
const CHANGES: Readonly<Record<string, FileChange['change']>> = { A: 'added', D: 'deleted', R: 'renamed' }

function versionOf(blob: string, mode: string): FileVersion | null {
  const oid = parseOid(blob)
  return oid && !/^0+$/.test(oid) ? { blob: oid as Oid, mode } : null
}
