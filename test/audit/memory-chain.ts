/** A chain in memory, made by the rules of the product and then tampered with. */
import { type AuditRow, NO_ROW, rowHash } from '../../src/audit/row.ts'
import { type ChainEnd, type ChainVerdict, verifyChain } from '../../src/audit/verify.ts'

export type Facts = Omit<AuditRow, 'sequence' | 'hash'>

export function chainOf(facts: readonly Facts[]): AuditRow[] {
  const rows: AuditRow[] = []
  for (const fact of facts) {
    const { sequence, hash } = rows.at(-1) ?? NO_ROW
    const row = { ...fact, sequence: sequence + 1 }
    rows.push({ ...row, hash: rowHash(row, hash) })
  }
  return rows
}

export const endOf = (rows: readonly AuditRow[]): ChainEnd => rows.at(-1) ?? NO_ROW

/** Judges `rows` as the database would hand them over: in the order of their sequences. */
export async function verdictOn(
  rows: readonly AuditRow[],
  { head, checkpoints = [] }: { head: ChainEnd; checkpoints?: Parameters<typeof verifyChain>[0]['checkpoints'] },
): Promise<ChainVerdict> {
  async function* inOrder(): AsyncGenerator<AuditRow> {
    yield* [...rows].sort((a, b) => a.sequence - b.sequence)
  }
  return verifyChain({ rows: inOrder(), head, headAfterwards: async () => head, checkpoints })
}
