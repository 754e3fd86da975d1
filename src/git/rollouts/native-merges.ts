/**
 * Merges by git itself (`git merge-tree`, the code of `git merge`), many in one process. Nothing of them reaches the real
 * repository: the trees lie in a scratch one, whose objects can be read until it is closed.
 *
 * What is asked for while a process runs goes into the next one: git answers when it has read its last line. A merge over
 * which git ends (a damaged object) is told of that merge alone: its batch is asked for again, one at a time.
 * Source: git-merge-tree(1), "OUTPUT"; git 2.39 merges commits only, so trees are made into commits with one parent.
 */

import type { Oid } from '../../kernel/ids.ts'
import { inBatches } from '../../kernel/in-batches.ts'
import { commitBytes } from '../objects/commit-bytes.ts'
import { runGit } from '../run.ts'
import type { ScratchRepository } from './scratch-repository.ts'

/** Two commits, whose base is what git finds, or two trees and the one that both came from. */
export type MergeRequest =
  | { kind: 'commits'; ours: Oid; theirs: Oid }
  | { kind: 'trees'; base: Oid; ours: Oid; theirs: Oid }

/** The versions of one path that git could not merge: of the base (1), ours (2) and theirs (3), as far as there are. */
export type Unmerged = { path: string; stages: Partial<Record<1 | 2 | 3, { mode: string; oid: Oid }>> }

export type NativeMerge = {
  /** Of a merge with conflicts too: git's best, with markers in the files. */
  tree: Oid
  isClean: boolean
  /** In git's order. A conflict may name no path, such as that of a renamed folder. */
  unmerged: readonly Unmerged[]
  /** What git says of the conflicts. */
  messages: readonly string[]
}

export type NativeMerges = {
  /** @throws GitFailure where git cannot merge these at all, such as for want of an object */
  merge(request: MergeRequest): Promise<NativeMerge>
}

/** A batch merges ten thousand trees in some seconds; one that takes this long hangs. */
const TIMEOUT_MS = 600_000
/** As git has them by default, whatever the person's own configuration says. */
const PINNED = ['merge.renames=true', 'merge.directoryRenames=conflict', 'core.quotePath=false']

const NOBODY = { name: 'scratch', email: '' }

export function openNativeMerges(scratch: ScratchRepository): NativeMerges {
  async function mergeTrees(requests: readonly MergeRequest[]): Promise<NativeMerge[]> {
    const lines = requests.map((request) => {
      const [ours, theirs] = request.kind === 'commits' ? [request.ours, request.theirs] : sides(request)
      return `${ours} ${theirs}\n`
    })
    const pins = PINNED.flatMap((setting) => ['-c', setting])
    const args = [...pins, 'merge-tree', '--write-tree', '--messages', '-z', '--stdin']
    const input = lines.join('')
    const output = await runGit({ cwd: scratch.gitDir, args, input, timeoutMs: TIMEOUT_MS, env: scratch.env })
    const merges = parseMerges(output.toString('utf8'))
    if (merges.length !== requests.length) throw new Error(`git answered ${merges.length} of ${requests.length} merges`)
    return merges
  }

  /** Commits of the two trees whose only common ancestor has the base's. */
  function sides({ base, ours, theirs }: { base: Oid; ours: Oid; theirs: Oid }): [Oid, Oid] {
    const from = commit(base, [], 'base')
    return [commit(ours, [from], 'ours'), commit(theirs, [from], 'theirs')]
  }

  const commit = (tree: Oid, parents: readonly Oid[], message: string): Oid =>
    scratch.write('commit', commitBytes({ tree, parents, author: NOBODY, committer: NOBODY, atMs: 0, message }))

  return { merge: inBatches(mergeTrees) }
}

/**
 * Each merge is: `1` where it is clean, else `0`; the tree; a line for each stage of each unmerged path; an empty field; the
 * messages, each as the number of its paths, these, its kind and its text; an empty field. All end in NUL.
 */
function parseMerges(output: string): NativeMerge[] {
  const fields = output.split('\0')
  const merges: NativeMerge[] = []
  let at = 0
  const next = (): string => fields[at++] ?? ''
  while (at < fields.length - 1) {
    const isClean = next() === '1'
    const tree = next() as Oid
    const unmerged = new Map<string, Unmerged>()
    for (let line = next(); line !== ''; line = next()) addStage(unmerged, line)
    const messages: string[] = []
    for (let count = next(); count !== ''; count = next()) {
      at += Number(count)
      const kind = next()
      const text = next().trimEnd()
      if (kind.startsWith('CONFLICT')) messages.push(text)
    }
    merges.push({ tree, isClean, unmerged: [...unmerged.values()], messages })
  }
  return merges
}

/** `<mode> <id> <stage>`, a tab and the path. */
function addStage(unmerged: Map<string, Unmerged>, line: string): void {
  const tab = line.indexOf('\t')
  const [mode = '', oid = '', stage = ''] = line.slice(0, tab).split(' ')
  const path = line.slice(tab + 1)
  const entry = unmerged.get(path) ?? { path, stages: {} }
  entry.stages[Number(stage) as 1 | 2 | 3] = { mode, oid: oid as Oid }
  unmerged.set(path, entry)
}
