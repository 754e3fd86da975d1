/**
 * What a benchmark tells: ratios, each with its spread. Pure.
 * Invariant: a ratio is taken between the two halves of one round, which ran right after each other on the same machine;
 * so whatever slows the machine for longer than a round slows both.
 */

/** What is counted: how often something was done in one second, or how long it took. */
const UNITS = {
  'requests/s': { better: 'more', digits: 0 },
  'lookups/s': { better: 'more', digits: 0 },
  'commits/s': { better: 'more', digits: 0 },
  'tenants/s': { better: 'more', digits: 0 },
  'us, p99': { better: 'less', digits: 1 },
  s: { better: 'less', digits: 2 },
  'ms, p99': { better: 'less', digits: 2 },
  'ms, median': { better: 'less', digits: 2 },
  ms: { better: 'less', digits: 0 },
  MB: { better: 'less', digits: 0 },
  'KB a tenant': { better: 'less', digits: 1 },
} as const
export type Unit = keyof typeof UNITS

/** What one round gave, of us and of the rival, in the unit of the row. */
export type Sample = { ours: number; theirs: number }

export type Row = {
  /** What was done. */
  work: string
  rival: string
  unit: Unit
  /** Medians over the rounds. */
  ours: number
  theirs: number
  /** How many times as good as theirs ours is, above 1 where we are better: the median over the rounds, and the ends of its spread. */
  ratio: number
  ratioMin: number
  ratioMax: number
}

export type Report = { name: string; tenants: number; rows: readonly Row[] }

/** @throws RangeError where there is no sample, or one in which one side did nothing */
export function rowOf(
  { work, rival, unit = 'requests/s' }: Pick<Row, 'work' | 'rival'> & { unit?: Unit },
  samples: readonly Sample[],
): Row {
  const { better, digits } = UNITS[unit]
  if (samples.length === 0) throw new RangeError('A row needs a sample.')
  if (samples.some(({ ours, theirs }) => !(ours > 0 && theirs > 0)))
    throw new RangeError(`One side answered nothing: ${work}.`)
  const ratios = samples.map(({ ours, theirs }) => (better === 'more' ? ours / theirs : theirs / ours))
  return {
    work,
    rival,
    unit,
    ours: Number(median(samples.map(({ ours }) => ours)).toFixed(digits)),
    theirs: Number(median(samples.map(({ theirs }) => theirs)).toFixed(digits)),
    ratio: rounded(median(ratios)),
    ratioMin: rounded(Math.min(...ratios)),
    ratioMax: rounded(Math.max(...ratios)),
  }
}

/** The middle value; between two middle ones, their mean. `values` has at least one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

const rounded = (ratio: number): number => Math.round(ratio * 1_000) / 1_000

/** For people: one line a row under a heading. */
export function tableOf({ name, tenants, rows }: Report): string {
  const lines = [['work', 'rival', 'unit', 'ours', 'theirs', 'ratio', 'spread'], ...rows.map(cellsOf)]
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
  return `${name}, ${tenants} tenants; a ratio above 1 means that we are better\n\n${text.join('\n')}\n`
}

const cellsOf = ({ work, rival, unit, ours, theirs, ratio, ratioMin, ratioMax }: Row): string[] => [
  work,
  rival,
  unit,
  String(ours),
  String(theirs),
  ratio.toFixed(2),
  `${ratioMin.toFixed(2)} to ${ratioMax.toFixed(2)}`,
]
