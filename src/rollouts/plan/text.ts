/** A plan as a report for people. Pure. */
import type { FileProblem } from '../../snapshots/snapshot.ts'
import type { Conflict, Outcome, PlannedTenant } from './plan.ts'
import type { Cluster, Summary } from './summary.ts'

export type Report = {
  /** What is rolled out, as a person would name it. */
  trunk: string
  summary: Summary
  trunkErrors: readonly FileProblem[]
  /** Those that are shown one by one. */
  shown: readonly PlannedTenant[]
}

const MEANINGS: Readonly<Record<Outcome['kind'], string>> = {
  noop: 'have it already',
  clean: 'merge as Git merges them',
  structural: 'merge by structure, where Git would stop or do harm',
  conflict: 'need a decision',
  invalid: 'would not validate',
  held: 'are on hold',
}

/** Names that a line lists. */
const MAX_NAMES = 8
/** Clusters that are shown; `--json` has all. */
const MAX_CLUSTERS = 20
const MAX_VALUE = 100

export function planText({ trunk, summary, trunkErrors, shown }: Report): string {
  const { counts, clusters } = summary
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const width = total.toLocaleString('en').length
  const lines = [
    `${trunk} into ${total.toLocaleString('en')} ${total === 1 ? 'branch' : 'branches'}; nothing was moved`,
    '',
    ...Object.entries(counts).map(
      ([kind, count]) =>
        `  ${count.toLocaleString('en').padStart(width)}  ${kind.padEnd(10)}  ${MEANINGS[kind as Outcome['kind']]}`,
    ),
  ]
  if (trunkErrors.length > 0)
    lines.push('', 'What is rolled out does not validate by itself:', ...trunkErrors.map(problemText))
  if (clusters.length > 0) {
    lines.push('', `Conflicts, each to be decided once (${clusters.length}):`)
    lines.push(...clusters.slice(0, MAX_CLUSTERS).flatMap(clusterText))
    if (clusters.length > MAX_CLUSTERS)
      lines.push(`  and ${clusters.length - MAX_CLUSTERS} more; --json lists them all`)
  }
  for (const planned of shown) lines.push('', ...tenantText(planned))
  return `${lines.join('\n')}\n`
}

function clusterText({ conflict, tenants }: Cluster): string[] {
  const more = tenants.length > MAX_NAMES ? `, and ${tenants.length - MAX_NAMES} more` : ''
  return [
    `  ${placeOf(conflict)}: ${conflict.kind}`,
    `    before  ${valueText(conflict.base)}`,
    `    main    ${valueText(conflict.theirs)}`,
    `    tenant  ${valueText(conflict.ours)}`,
    `    of ${tenants.slice(0, MAX_NAMES).join(', ')}${more}`,
  ]
}

const placeOf = ({ path, pointer }: Conflict): string => [path || 'the branch', pointer].filter(Boolean).join(' at ')

function valueText(value: string | null): string {
  if (value === null) return 'nothing'
  const line = value.trim().replace(/\s+/g, ' ')
  return line.length > MAX_VALUE ? `${line.slice(0, MAX_VALUE)}...` : line || '(blank)'
}

const DETAILS: { [K in Outcome['kind']]: (outcome: Extract<Outcome, { kind: K }>) => string[] } = {
  noop: () => [],
  held: ({ hold }) => [`${hold.reason}${hold.until ? `, until ${hold.until.toISOString()}` : ''}`],
  clean: ({ merged }) => merged.changes.map(({ path, change }) => `${change} ${path}`),
  structural: ({ merged, paths }) =>
    merged.changes.map(({ path, change }) => `${change} ${path}${paths.includes(path) ? ', by structure' : ''}`),
  conflict: ({ conflicts }) => conflicts.map((conflict) => `${placeOf(conflict)}: ${conflict.kind}`),
  invalid: ({ caused, present }) => [
    ...caused.map(problemText),
    ...present.map((problem) => `${problemText(problem).trimStart()} (already so)`),
  ],
}

function tenantText({ tenant, outcome }: PlannedTenant): string[] {
  const details = DETAILS[outcome.kind] as (outcome: Outcome) => string[]
  return [`${tenant}: ${outcome.kind}`, ...details(outcome).map((line) => `  ${line.trimStart()}`)]
}

function problemText({ file, line, column, detail, code, pointer }: FileProblem): string {
  const place = file === '' ? '' : `${file}:${line}:${column}: `
  return `  ${place}${detail} [${code}${pointer === '' ? '' : `, at ${pointer}`}]`
}
