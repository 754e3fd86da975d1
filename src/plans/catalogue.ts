/**
 * The plans in force: those of the file, re-read when it changes. An edit that cannot be used leaves the last good one
 * in place and says why.
 * Invariant: an answer is at most `RECHECK_MS` older than the file, at the price of one `stat` in that time.
 */
import { formatFinding } from '../documents/finding.ts'
import type { Clock } from '../kernel/clock.ts'
import { nearestName } from '../kernel/nearest-name.ts'
import { StartRefused } from '../kernel/start-refused.ts'
import { type Plans, readPlans } from './definition.ts'
import { type Plan, UNLIMITED } from './plan.ts'

/** The file that an operator edits. */
export type PlanFile = {
  path: string
  /** Differs whenever the file does; undefined where it is gone, or too young to tell by. */
  stamp(): string | undefined
  /** Undefined where it is gone. */
  read(): Uint8Array | undefined
}

export type PlanCatalogue = {
  /** By name. */
  all(): Plans
  find(name: string): Plan | undefined
  /** The plan that a tenant has. One that no file defines any more limits nothing. */
  of(name: string): Plan
  /** What is wrong with the file as it is now, a line each; empty where its plans are in force. */
  problems(): readonly string[]
  /** What `name` may have meant, and what there is: a sentence. */
  advice(name: string): string
}

const RECHECK_MS = 1_000

/**
 * @param planNamesInUse the plans that tenants have: a file without one of them is refused
 * @param onProblems told of an edit that cannot be used, once
 * @throws StartRefused where the file cannot be used at the start
 */
export function createPlanCatalogue({
  file,
  clock,
  planNamesInUse,
  onProblems,
}: {
  file: PlanFile
  clock: Pick<Clock, 'monotonic'>
  planNamesInUse: () => ReadonlySet<string>
  onProblems: (problems: readonly string[]) => void
}): PlanCatalogue {
  let stamp: string | undefined
  let checkedAt = clock.monotonic()
  let problems: readonly string[] = []
  let plans = initial()

  function initial(): Plans {
    stamp = file.stamp()
    const read = load()
    if (read.kind === 'plans') return read.plans
    throw new StartRefused(`The plans cannot be used.\n${read.problems.join('\n')}`)
  }

  function load(): { kind: 'plans'; plans: Plans } | { kind: 'unusable'; problems: readonly string[] } {
    const bytes = file.read()
    if (!bytes) return { kind: 'unusable', problems: [`${file.path} is gone; restore it.`] }
    const read = readPlans(bytes)
    if (read.kind === 'rejected') {
      return { kind: 'unusable', problems: read.findings.map((finding) => formatFinding(file.path, finding)) }
    }
    const missing = [...planNamesInUse()].filter((name) => !read.plans.has(name))
    if (missing.length === 0) return read
    const lacks = `${file.path} lacks ${missing.join(', ')}, which tenants have; put them on another plan first.`
    return { kind: 'unusable', problems: [lacks] }
  }

  function current(): Plans {
    const now = clock.monotonic()
    if (now - checkedAt < RECHECK_MS) return plans
    checkedAt = now
    const seen = file.stamp()
    if (seen !== undefined && seen === stamp) return plans
    stamp = seen
    const read = load()
    if (read.kind === 'plans') {
      plans = read.plans
      problems = []
    } else {
      if (read.problems.join('\n') !== problems.join('\n')) onProblems(read.problems)
      problems = read.problems
    }
    return plans
  }

  return {
    all: current,
    find: (name) => current().get(name),
    of: (name) => current().get(name) ?? UNLIMITED,
    problems() {
      current()
      return problems
    },
    advice(name) {
      const names = [...current().keys()]
      const near = nearestName(name, names)
      const meant = near === undefined ? '' : ` Did you mean "${near}"?`
      return `There is no plan "${name}".${meant} There are ${names.join(', ')}.`
    },
  }
}
