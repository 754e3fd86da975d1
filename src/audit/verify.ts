/**
 * Whether the chain is whole, and if not, which sequence is the first that is wrong.
 * Invariant: every row is judged by what it says itself and by the hash of the row before it as it stands there, so a
 * row that was changed is named itself, not the one after it.
 */
import type { Statement } from './checkpoint.ts'
import { type AuditRow, NO_ROW, rowHash } from './row.ts'

/** The end of a chain, or of a part of it. */
export type ChainEnd = { sequence: number; hash: string }

export type ChainBreak = {
  kind: 'broken'
  /** The first sequence that is wrong. */
  sequence: number
  code: 'row-changed' | 'row-missing' | 'row-added' | 'checkpoint-mismatch' | 'checkpoint-invalid'
  /** A sentence. */
  detail: string
}

export type ChainVerdict = ChainBreak | { kind: 'intact'; end: ChainEnd }

export type ChainEvidence = {
  /** In ascending order of their sequences. */
  rows: AsyncIterable<AuditRow>
  /** Where the writer said that the chain ends, before the first row was read. */
  head: ChainEnd
  /** The same, after the last row was read: others may append meanwhile. */
  headAfterwards(): Promise<ChainEnd>
  /** Whose signatures are good, in any order. */
  checkpoints: readonly Statement[]
  /** What the first of `rows` follows; the beginning where it is not given. */
  after?: ChainEnd
}

/** Judges every row against the one before, and the chain against its head and its checkpoints. */
export async function verifyChain({
  rows,
  head,
  headAfterwards,
  checkpoints,
  after = NO_ROW,
}: ChainEvidence): Promise<ChainVerdict> {
  const statements = [...checkpoints].sort((a, b) => a.sequence - b.sequence)
  let next = 0
  let end: ChainEnd = after
  for await (const row of rows) {
    const fault = faultOf(row, end)
    if (fault) return fault
    end = { sequence: row.sequence, hash: row.hash }
    if (end.sequence === head.sequence && end.hash !== head.hash) return otherHead(head)
    for (; (statements[next]?.sequence ?? Number.POSITIVE_INFINITY) <= end.sequence; next += 1) {
      const statement = statements[next]!
      if (statement.hash !== end.hash) return rewritten(statement, statements[next - 1]?.sequence)
    }
  }
  const uncovered = statements[next]
  if (uncovered) return cut(end, `the checkpoint of ${isoOf(uncovered)} covers row ${uncovered.sequence}`)
  if (head.sequence > end.sequence) return cut(end, `${head.sequence} were written`)
  const written = await headAfterwards()
  if (end.sequence > written.sequence) {
    return broken(written.sequence + 1, 'row-added', `Only ${written.sequence} rows were written by this program.`)
  }
  if (end.sequence === written.sequence && end.hash !== written.hash) return otherHead(written)
  return { kind: 'intact', end }
}

function faultOf(row: AuditRow, previous: ChainEnd): ChainBreak | undefined {
  const expected = previous.sequence + 1
  if (row.sequence > expected) {
    return broken(expected, 'row-missing', `After row ${previous.sequence} comes row ${row.sequence}.`)
  }
  if (row.sequence < expected) return broken(row.sequence, 'row-added', 'The first row of the chain is 1.')
  if (rowHash(row, previous.hash) !== row.hash) {
    return broken(row.sequence, 'row-changed', 'Its hash does not fit what it says and the row before it.')
  }
  return undefined
}

const otherHead = ({ sequence }: ChainEnd): ChainBreak =>
  broken(sequence, 'row-changed', 'Its hash is not the one that was noted when it was written.')

const broken = (sequence: number, code: ChainBreak['code'], detail: string): ChainBreak => ({
  kind: 'broken',
  sequence,
  code,
  detail,
})

const cut = ({ sequence }: ChainEnd, evidence: string): ChainBreak =>
  broken(sequence + 1, 'row-missing', `The chain ends with row ${sequence}, but ${evidence}: its end was cut off.`)

/** Rows and hashes fit each other, so all of them from some row on were written anew: which, no hash can tell. */
const rewritten = (statement: Statement, signedBefore = 0): ChainBreak =>
  broken(
    statement.sequence,
    'checkpoint-mismatch',
    `The checkpoint of ${isoOf(statement)} has another hash: rows after ${signedBefore} were written anew.`,
  )

const isoOf = ({ at }: Statement): string => new Date(at).toISOString()
