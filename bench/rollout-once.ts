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
import { openRefWriter, type RefUpdate } from '../src/git/ref-updates.ts'
import { createRefReader } from '../src/git/refs.ts'
import { headsBelow } from '../src/git/tenant-heads.ts'
import type { Oid, RefName, TenantId } from '../src/kernel/ids.ts'
import { signCommit } from '../src/signing/commit.ts'
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
  const objects: NewObject[] = []
  const updates: RefUpdate[] = []
  let commitMs = 0
  const targets = branches.map(({ ref, head }) => ({
    tenant: ref.slice(PREFIX.length) as TenantId,
    ref,
    head,
    hold: null,
    reapply: null,
    decisions: new Map(),
  }))
  for await (const group of planner.plan(trunk, targets)) {
    const from = performance.now()
    for (const { ref, head, outcome } of group) {
      outcomes[outcome.kind] = (outcomes[outcome.kind] ?? 0) + 1
      if (outcome.kind !== 'clean' && outcome.kind !== 'structural') continue
      const { tree, objects: made } = outcome.merged
      const message = 'Roll out main\n\nRollout-Id: bench\nRollout-Plan: bench'
      const unsigned = commitBytes({ tree, parents: [head, trunk], author: BY, committer: BY, atMs, message })
      const bytes = key ? signCommit(unsigned, key) : unsigned
      const oid: Oid = objectId('commit', bytes)
      objects.push(...made, { type: 'commit', oid, bytes })
      updates.push({ ref, from: head, to: oid, message: 'rollout bench' })
    }
    commitMs += performance.now() - from
  }
  const planned = performance.now()
  const pack = await writePack(gitDir, objects, { keep: 'bench' })
  const packed = performance.now()
  const writer = openRefWriter({ gitDir, workTree: undefined, refs, by: BY, clock: Date })
  const moves = await writer.moveMany(updates)
  pack.release()
  const done = performance.now()
  planner.close()
  await compiler.close()
  return {
    totalMs: done - started,
    planMs: planned - started - commitMs,
    commitMs,
    packMs: packed - planned,
    refsMs: done - packed,
    maxRssKb: process.resourceUsage().maxRSS,
    outcomes,
    moved: moves.filter(({ kind }) => kind === 'moved').length,
  }
}

const [gitDir = '', heads, signing] = process.argv.slice(2)
const result = await once(gitDir, { heads: heads === 'known' ? 'known' : 'unknown', signed: signing === 'signed' })
process.stdout.write(`${JSON.stringify(result)}\n`)
