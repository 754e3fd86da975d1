/**
 * What a tenant has pushed to the remote while a run moved its branch here comes in: merged, validated as the tenant is
 * served it, and made the branch's next commit, so that the push after it forces nothing.
 *
 * The sides are those of any merge of a run: what the tenant pushed is the tenant's, what is here stands for the trunk. So
 * the rules of ownership mean the same, and the tree is the one that the run would have given had the commit come before it.
 * Invariants: a branch moves from the head that was merged, or not at all; of each tenant only its own branch is read.
 */
import type { Oid, RefName, TenantId } from '../../kernel/ids.ts'
import type { Outcome } from '../plan/plan.ts'
import type { RunDeps } from './deps.ts'
import type { Move, RunCommit } from './merging.ts'
import { takenInMessage } from './messages.ts'
import { obstacleTo } from './obstacle.ts'
import type { Mirrored } from './store.ts'
import { MAX_ATTEMPTS } from './tenant-state.ts'

/** How a tenant's push stands from now on. */
export type MirrorNote = Omit<Mirrored, 'tenant'>

type Asked = {
  run: string
  tenants: readonly TenantId[]
  /** What the remote has of their branches; its objects are here. */
  theirs: ReadonlyMap<string, Oid>
}

type Step =
  | { kind: 'merge'; tenant: TenantId; from: Oid; commit: RunCommit }
  /** All that is here is there already. */
  | { kind: 'forward'; tenant: TenantId; from: Oid; to: Oid }
  | { kind: 'left'; tenant: TenantId; note: string }

/** @returns of each tenant: `due` to be pushed again, or `refused` with what a person has to do */
export async function takeInRemote(
  { merging, refOf }: Pick<RunDeps, 'merging' | 'refOf'>,
  { run, tenants, theirs }: Asked,
): Promise<ReadonlyMap<TenantId, MirrorNote>> {
  const steps: Step[] = []
  for (const tenant of tenants) steps.push(await stepOf(tenant, theirs.get(tenant)))
  const commits = steps.flatMap((step) => (step.kind === 'merge' ? [step.commit] : []))
  const written = commits.length > 0 ? await merging.write(commits, `rollout ${run}`) : undefined
  try {
    const moves = steps.flatMap((step): (Move & { tenant: TenantId })[] => {
      if (step.kind === 'left') return []
      const { tenant, from } = step
      const to = step.kind === 'forward' ? step.to : (written?.oids.get(tenant) as Oid)
      return [{ tenant, ref: refOf(tenant), from, to, message: `rollout ${run}: merge what the remote has` }]
    })
    const outcomes = await merging.move(moves)
    const notes = new Map<TenantId, MirrorNote>()
    for (const step of steps) if (step.kind === 'left') notes.set(step.tenant, { mirror: 'refused', note: step.note })
    for (const [i, { tenant }] of moves.entries()) {
      const outcome = outcomes[i]!
      // Moved meanwhile: what is there by then is pushed, and merged again where it has to be.
      const obstacle = outcome.kind === 'moved' ? undefined : obstacleTo(outcome, MAX_ATTEMPTS - 1)
      notes.set(tenant, obstacle === undefined ? TAKEN_IN : { mirror: 'refused', note: `${MOVED_ON} ${obstacle}` })
    }
    return notes
  } finally {
    written?.release()
  }

  async function stepOf(tenant: TenantId, there: Oid | undefined): Promise<Step> {
    const ref = refOf(tenant)
    const here = merging.headOf(ref)
    if (here === undefined || there === undefined) return { kind: 'left', tenant, note: `The branch ${ref} is gone.` }
    if (await merging.contains(there, here)) return { kind: 'forward', tenant, from: here, to: there }
    const outcome = await mergeOf(tenant, ref, { here, there })
    if (outcome.kind !== 'clean' && outcome.kind !== 'structural') {
      return { kind: 'left', tenant, note: `${MOVED_ON} ${whyNot(outcome)}` }
    }
    const { tree, objects } = outcome.merged
    const message = takenInMessage(run, ref)
    return { kind: 'merge', tenant, from: here, commit: { tenant, tree, parents: [here, there], message, objects } }
  }

  async function mergeOf(tenant: TenantId, ref: RefName, { here, there }: { here: Oid; there: Oid }): Promise<Outcome> {
    const target = { tenant, ref, head: there, hold: null, reapply: null, decisions: new Map() }
    for await (const { outcome } of merging.plan(here, [target])) return outcome
    return { kind: 'noop' }
  }
}

const MOVED_ON = 'The remote has commits of this branch that are not here.'
const TAKEN_IN: MirrorNote = { mirror: 'due', note: 'What the remote had of this branch was merged in.' }

function whyNot(outcome: Outcome): string {
  if (outcome.kind === 'conflict') {
    const places = new Set(outcome.conflicts.map(({ path, pointer }) => `${path || 'the branch'}${pointer}`))
    return `They disagree with the rollout in ${[...places].join(', ')}; fetch, merge and push by hand.`
  }
  if (outcome.kind === 'invalid') {
    const [problem] = [...outcome.caused, ...outcome.present]
    return `Merged with the rollout they do not validate: ${problem?.detail ?? ''}`
  }
  return 'Fetch, merge and push by hand.'
}
