/**
 * Rollouts of main into every branch of a repository, with the parts that the product does it with, in a process of its own:
 * the first one of the process, and one of the trunk's next change. Prints what each took, as one line of JSON. Starting Node
 * and loading the program is not counted. The floor is to write the same commits and move the same branches when all is planned.
 */
import { dirname } from 'node:path'
import { createCompiler } from '../src/app/compiler.ts'
import { openPlanning } from '../src/app/planning.ts'
import { commitBytes } from '../src/git/objects/commit-bytes.ts'
import { objectId } from '../src/git/objects/object-id.ts'
import type { NewObject } from '../src/git/objects/pack-entry.ts'
import { writePack } from '../src/git/objects/pack-writer.ts'
import { openRefWriter } from '../src/git/refs/ref-updates.ts'
import { createRefReader } from '../src/git/refs/refs.ts'
import { headsBelow } from '../src/git/refs/tenant-heads.ts'
import type { Oid, RefName, TenantId } from '../src/kernel/ids.ts'
import type { PlannedTenant } from '../src/rollouts/plan/plan.ts'
import { signCommitPooled } from '../src/signing/commit.ts'
import { generateSigningKey } from '../src/signing/ssh-key.ts'
import { changeTrunk } from './trunk-change.ts'

export type Once = {
  totalMs: number
  /** Processor time of this process, in milliseconds; git's is not in it. */
  processorMs: number
  /** The most memory that the process held, in kilobytes. */
  maxRssKb: number
  outcomes: Record<string, number>
  moved: number
}

/** `known`: every head was validated before, as a running server has done; `unknown`: nobody has looked at any of them. */
type Heads = 'known' | 'unknown'
type Work = 'all' | 'floor'
type Merge = { ref: RefName; head: Oid; objects: readonly NewObject[]; commit: Promise<NewObject> }

const BY = { name: 'Espalier', email: 'espalier@localhost' }
const PREFIX = 'refs/heads/customer/'
/** Written and moved together while the next ones are planned, as a rollout does it. */
const TOGETHER = 512

type Planner = ReturnType<typeof openPlanning>
type Wishes = { heads: Heads; signed: boolean; work: Work }

async function rollouts(gitDir: string, count: number, wishes: Wishes): Promise<Once[]> {
  const compiler = createCompiler()
  const planner = openPlanning(gitDir, compiler)
  const done: Once[] = []
  for (let nth = 0; nth < count; nth += 1) {
    if (nth > 0) changeTrunk(dirname(gitDir), 'next')
    done.push(await once({ gitDir, planner }, wishes))
  }
  await planner.close()
  await compiler.close()
  return done
}

async function once({ gitDir, planner }: { gitDir: string; planner: Planner }, { heads, signed, work }: Wishes) {
  const key = signed ? generateSigningKey('bench') : undefined
  const refs = createRefReader(gitDir)
  const writer = openRefWriter({ gitDir, workTree: undefined, refs, by: BY, clock: Date })
  const trunkState = refs.read('refs/heads/main' as RefName)
  if (trunkState.kind !== 'oid') throw new Error('The fixture has no main.')
  const trunk = trunkState.oid
  const atMs = Date.now()

  async function commitOf(tree: Oid, head: Oid): Promise<NewObject> {
    const message = 'Roll out main\n\nRollout-Id: bench\nRollout-Plan: bench'
    const unsigned = commitBytes({ tree, parents: [head, trunk], author: BY, committer: BY, atMs, message })
    const bytes = key ? await signCommitPooled(unsigned, key) : unsigned
    return { type: 'commit', oid: objectId('commit', bytes), bytes }
  }

  function mergesOf(group: readonly PlannedTenant[]): Merge[] {
    return group.flatMap(({ ref, head, outcome }) => {
      outcomes[outcome.kind] = (outcomes[outcome.kind] ?? 0) + 1
      if (outcome.kind !== 'clean' && outcome.kind !== 'structural') return []
      const { tree, objects } = outcome.merged
      return [{ ref, head, objects, commit: commitOf(tree, head) }]
    })
  }

  async function apply(merges: readonly Merge[]): Promise<void> {
    const commits = await Promise.all(merges.map(({ commit }) => commit))
    const objects = merges.flatMap(({ objects: own }, i) => [...own, commits[i]!])
    const pack = await writePack(gitDir, objects, { keep: 'bench' })
    const updates = merges.map(({ ref, head }, i) => ({
      ref,
      from: head,
      to: commits[i]!.oid,
      message: 'rollout bench',
    }))
    for (const { kind } of await writer.moveMany(updates)) if (kind === 'moved') moved += 1
    pack.release()
  }

  const outcomes: Record<string, number> = {}
  let moved = 0
  let started = performance.now()
  let processor = process.cpuUsage()
  const valid = new Set<Oid>()
  const branches = await headsBelow(gitDir, PREFIX)
  if (heads === 'known') for (const { head } of branches) valid.add(head)
  const targets = branches.map(({ ref, head }) => ({
    tenant: ref.slice(PREFIX.length) as TenantId,
    ref,
    head,
    hold: null,
    reapply: null,
    decisions: new Map(),
  }))
  const groups: Merge[][] = [[]]
  let applying = Promise.resolve()
  for await (const group of planner.plan(trunk, targets, valid)) {
    const merges = groups.at(-1)!
    merges.push(...mergesOf(group))
    if (merges.length < TOGETHER) continue
    groups.push([])
    if (work === 'floor') continue
    await applying
    applying = apply(groups.shift()!)
  }
  await applying
  if (work === 'floor') {
    await Promise.all(groups.flat().map(({ commit }) => commit))
    started = performance.now()
    processor = process.cpuUsage()
  }
  for (const merges of groups) await apply(merges)
  const totalMs = performance.now() - started
  const { user, system } = process.cpuUsage(processor)
  const { maxRSS: maxRssKb } = process.resourceUsage()
  return { totalMs, processorMs: (user + system) / 1_000, maxRssKb, outcomes, moved } satisfies Once
}

const [gitDir = '', heads, signing, work, count = '1'] = process.argv.slice(2)
const result = await rollouts(gitDir, Number(count), {
  heads: heads === 'known' ? 'known' : 'unknown',
  signed: signing === 'signed',
  work: work === 'floor' ? 'floor' : 'all',
})
process.stdout.write(`${JSON.stringify(result)}\n`)
