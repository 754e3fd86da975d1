/**
 * Verifying the audit trail as a whole, and signing how far it has come.
 * Invariant: a checkpoint is signed only over rows that were verified first, so that it never vouches for a chain that
 * was broken before.
 */
import type { Clock } from '../kernel/clock.ts'
import type { AllowedSigners } from '../signing/signers/allowed-signers.ts'
import type { SigningKey } from '../signing/ssh-key.ts'
import { type Checkpoint, checkpointFault, checkpointLine, signCheckpoint } from './checkpoint.ts'
import { NO_ROW } from './row.ts'
import type { AuditStore } from './store.ts'
import { type ChainBreak, type ChainEnd, verifyChain } from './verify.ts'

/** Rows after which a checkpoint is due. */
export const CHECKPOINT_EVERY = 100

/** Where checkpoints are kept beside the database, to be shipped. */
export type CheckpointFile = {
  append(checkpoint: Checkpoint): void
  read(): { checkpoints: Checkpoint[]; unreadable: number }
}

type Shipped = { checkpoints: readonly Checkpoint[]; unreadable: number }

export type TrailReport =
  | ChainBreak
  | {
      kind: 'intact'
      rows: number
      /** The last row that a checkpoint covers; 0 = none. Rows after it could be cut off unnoticed. */
      signedUpTo: number
      checkpoints: number
      /** Lines of the file that are no checkpoint. */
      unreadable: number
    }

export type AuditTrail = {
  /** @param shipped further checkpoints, such as those of a copy that was kept elsewhere */
  verify(shipped?: Shipped): Promise<TrailReport>
  /** Signs where the chain stands; does nothing where nothing was added. @returns what forbids it, if anything */
  checkpoint(): Promise<ChainBreak | undefined>
}

export function auditTrail({
  store,
  file,
  key,
  signers,
  clock,
}: {
  store: AuditStore
  file: CheckpointFile
  key: SigningKey
  signers: () => AllowedSigners
  clock: Pick<Clock, 'now'>
}): AuditTrail {
  async function verify(shipped: Shipped | undefined): Promise<TrailReport> {
    const kept = file.read()
    const all = [...(await store.checkpoints()), ...kept.checkpoints, ...(shipped?.checkpoints ?? [])]
    const { good, faults } = judged(all, signers())
    const head = await store.head()
    const rows = store.chain({ after: Number.MIN_SAFE_INTEGER, upTo: Number.MAX_SAFE_INTEGER })
    const verdict = await verifyChain({ rows, head, headAfterwards: store.head, checkpoints: good })
    if (verdict.kind === 'broken') return verdict
    const [first] = faults
    if (first) return invalidCheckpoint(first.checkpoint, first.fault)
    return {
      kind: 'intact',
      rows: verdict.end.sequence,
      signedUpTo: good.at(-1)?.sequence ?? 0,
      checkpoints: good.length,
      unreadable: kept.unreadable + (shipped?.unreadable ?? 0),
    }
  }

  async function checkpoint(): Promise<ChainBreak | undefined> {
    const last: ChainEnd = (await store.lastCheckpoint()) ?? NO_ROW
    const head = await store.head()
    if (head.sequence === last.sequence && head.hash === last.hash) return undefined
    const rows = store.chain({ after: last.sequence, upTo: head.sequence })
    const statement = { ...head, at: Math.floor(clock.now()) }
    const verdict = await verifyChain({ rows, head, headAfterwards: async () => head, checkpoints: [], after: last })
    if (verdict.kind === 'broken') return verdict
    const signed = signCheckpoint(key, statement)
    if (await store.addCheckpoint(signed)) file.append(signed)
    return undefined
  }

  // One after the other: two at once would sign the same rows twice.
  let signing: Promise<unknown> = Promise.resolve()
  return {
    verify: (shipped) => verify(shipped),
    checkpoint() {
      const signed = signing.then(checkpoint)
      signing = signed.catch(() => {})
      return signed
    },
  }
}

/** Each checkpoint once, wherever it was kept; by sequence. */
function judged(all: readonly Checkpoint[], signers: AllowedSigners) {
  const distinct = [...new Map(all.map((checkpoint) => [checkpointLine(checkpoint), checkpoint])).values()]
  distinct.sort((a, b) => a.sequence - b.sequence)
  const good: Checkpoint[] = []
  const faults: { checkpoint: Checkpoint; fault: string }[] = []
  for (const checkpoint of distinct) {
    const fault = checkpointFault(checkpoint, signers)
    if (fault === undefined) good.push(checkpoint)
    else faults.push({ checkpoint, fault })
  }
  return { good, faults }
}

const invalidCheckpoint = ({ sequence }: Checkpoint, fault: string): ChainBreak => ({
  kind: 'broken',
  sequence,
  code: 'checkpoint-invalid',
  detail: `The checkpoint of this row cannot be believed: ${fault}.`,
})
