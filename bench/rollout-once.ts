/**
 * One rollout of main into every branch of a repository, with the parts that the product does it with, in a process of its
 * own: prints what it took as one line of JSON. Starting Node and loading the program is not counted.
 */
import { createCompiler } from '../src/app/compiler.ts'
import { commitBytes } from '../src/git/commit-bytes.ts'
import { objectId } from '../src/git/object-id.ts'
import { openPlanner } from '../src/git/open-planner.ts'
import type { NewObject } from '../src/git/pack-entry.ts'
import { writePack } from '../src/git/pack-writer.ts'
import { openRefWriter } from '../src/git/ref-updates.ts'
import { createRefReader } from '../src/git/refs.ts'
import { headsBelow } from '../src/git/tenant-heads.ts'
import type { Oid, RefName, TenantId } from '../src/kernel/ids.ts'
import { signCommitPooled } from '../src/signing/commit.ts'
import { generateSigningKey } from '../src/signing/ssh-key.ts'

export type Once = {
  totalMs: number
  planMs: number
  commitMs: number
  packMs: number
  refsMs: number
  /** The most memory that the process held, in kilobytes. */
  maxRssKb: number
  outcomes: Record<string, number>
  moved: number
}

/** `known`: every head was validated before, as a running server has done; `unknown`: nobody has looked at any of them. */
type Heads = 'known' | 'unknown'

const BY = { name: 'Espalier', email: 'espalier@localhost' }
const PREFIX = 'refs/heads/customer/'

async function once(gitDir: string, { heads, signed }: { heads: Heads; signed: boolean }): Promise<Once> {
  const compiler = createCompiler()
  const key = signed ? generateSigningKey('bench') : undefined
  const refs = createRefReader(gitDir)
  const trunkState = refs.read('refs/heads/main' as RefName)
  if (trunkState.kind !== 'oid') throw new Error('The fixture has no main.')
  const trunk = trunkState.oid
  const atMs = Date.now()

  const started = performance.now()
  const valid = new Set<Oid>()
  const planner = openPlanner(gitDir, { ...compiler, validHeads: async () => valid })
  const [branches] = await Promise.all([headsBelow(gitDir, PREFIX), planner.trunkProblems(trunk)])
  if (heads === 'known') for (const { head } of branches) valid.add(head)
  const outcomes: Record<string, number> = {}
  const made: Promise<{ ref: RefName; head: Oid; objects: readonly NewObject[]; commit: NewObject }>[] = []
  const targets = branches.map(({ ref, head }) => ({
    tenant: ref.slice(PREFIX.length) as TenantId,
    ref,
    head,
    hold: null,
    reapply: null,
    decisions: new Map(),
  }))
  const commitOf = async (tree: Oid, head: Oid): Promise<NewObject> => {
    const message = 'Roll out main\n\nRollout-Id: bench\nRollout-Plan: bench'
    const unsigned = commitBytes({ tree, parents: [head, trunk], author: BY, committer: BY, atMs, message })
    const bytes = key ? await signCommitPooled(unsigned, key) : unsigned
    return { type: 'commit', oid: objectId('commit', bytes), bytes }
  }
  for await (const group of planner.plan(trunk, targets)) {
    for (const { ref, head, outcome } of group) {
      outcomes[outcome.kind] = (outcomes[outcome.kind] ?? 0) + 1
      if (outcome.kind !== 'clean' && outcome.kind !== 'structural') continue
      const { tree, objects } = outcome.merged
      made.push(commitOf(tree, head).then((commit) => ({ ref, head, objects, commit })))
    }
  }
  const planned = performance.now()
  const merges = await Promise.all(made)
  const signedAt = performance.now()
  const objects = merges.flatMap(({ objects: own, commit }) => [...own, commit])
  const pack = await writePack(gitDir, objects, { keep: 'bench' })
  const packed = performance.now()
  const writer = openRefWriter({ gitDir, workTree: undefined, refs, by: BY, clock: Date })
  const moves = await writer.moveMany(
    merges.map(({ ref, head, commit }) => ({ ref, from: head, to: commit.oid, message: 'rollout bench' })),
  )
  pack.release()
  const done = performance.now()
  planner.close()
  await compiler.close()
  return {
    totalMs: done - started,
    planMs: planned - started,
    commitMs: signedAt - planned,
    packMs: packed - signedAt,
    refsMs: done - packed,
    maxRssKb: process.resourceUsage().maxRSS,
    outcomes,
    moved: moves.filter(({ kind }) => kind === 'moved').length,
  }
}

const [gitDir = '', heads, signing] = process.argv.slice(2)
const result = await once(gitDir, { heads: heads === 'known' ? 'known' : 'unknown', signed: signing === 'signed' })
process.stdout.write(`${JSON.stringify(result)}\n`)
