/**
 * `espalier rollout plan`: what a commit of main would do to every tenant, before it is merged anywhere. Branches and
 * objects are the repository's; the database, where there is one, says who is deleted or on hold, what was decided and
 * what was taken back, so that this says what a rollout would.
 */
import { existsSync } from 'node:fs'
import { createCompiler } from '../../app/compiler.ts'
import { openPlanning } from '../../app/planning.ts'
import { type Config, readConfig } from '../../boot/config.ts'
import { headsBelow } from '../../git/refs/tenant-heads.ts'
import { GitFailure, runGit } from '../../git/run.ts'
import { type Oid, parseOid, parseTenantId, type TenantId } from '../../kernel/ids.ts'
import { StartRefused } from '../../kernel/start-refused.ts'
import type { PlannedTenant, Target } from '../../rollouts/plan/plan.ts'
import type { RolloutPlanner } from '../../rollouts/plan/planner.ts'
import { plannedResource, summaryResource } from '../../rollouts/plan/resource.ts'
import { createSummary, type Summary } from '../../rollouts/plan/summary.ts'
import { planText } from '../../rollouts/plan/text.ts'
import type { Terms } from '../../rollouts/runs/targets.ts'
import type { FileProblem } from '../../snapshots/snapshot.ts'
import { requireTenantId } from '../../tenants/changes/request.ts'
import { matches, readFilter } from '../../tenants/filter.ts'
import { branchOf, headRef } from '../../tenants/tenant.ts'
import { requireRepository, withApp } from '../line/with-app.ts'

type Options = {
  from?: string
  label?: Record<string, string>
  plan?: string
  tenant?: string[]
  json?: boolean
  ndjson?: boolean
  details?: boolean
}

/** Beside those of every command; `--help` lists them. */
const EXIT = { broken: 1, undecided: 4 } as const

export async function planRollout(options: Options): Promise<void> {
  const config = readConfig(process.env, process.cwd())
  const { gitDir } = requireRepository(config)
  const name = options.from ?? config.names.trunk
  const trunk = await commitOf(gitDir, options.from ?? headRef(name))
  const targets = await targetsFor(gitDir, config, options)
  const compiler = createCompiler()
  const planner = openPlanning(gitDir, compiler)
  try {
    const { summary, trunkErrors, broken } = await report({ planner, trunk, name, targets, options })
    process.exitCode = exitOf(summary, trunkErrors, broken)
  } finally {
    await planner.close()
    await compiler.close()
  }
}

/** @throws StartRefused where it names no commit */
async function commitOf(gitDir: string, revision: string): Promise<Oid> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]
  try {
    const commit = parseOid((await runGit({ cwd: gitDir, args })).toString('latin1').trim())
    if (commit) return commit
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error
  }
  throw new StartRefused(`"${revision}" is no commit of this repository; name a branch, a tag or a commit.`)
}

async function targetsFor(gitDir: string, { names, dbPath }: Config, options: Options): Promise<Target[]> {
  const listed = options.tenant?.map(requireTenantId)
  const prefix = headRef(names.prefix)
  const branches = (await headsBelow(gitDir, prefix)).flatMap(({ ref, head }) => {
    const tenant = parseTenantId(ref.slice(prefix.length))
    return tenant && (listed?.includes(tenant) ?? true) ? [{ tenant, ref, head }] : []
  })
  const absent = listed?.find((id) => !branches.some(({ tenant }) => tenant === id))
  if (absent) throw new StartRefused(`There is no branch ${branchOf(names, absent)}.`)
  const { isSelected, termsOf } = await knownOf(dbPath, options)
  return branches.filter(({ tenant }) => isSelected(tenant)).map((branch) => ({ ...branch, ...termsOf(branch.tenant) }))
}

type Known = { isSelected(tenant: TenantId): boolean; termsOf(tenant: TenantId): Terms }

/** A clone that a CI job made has no database: every branch is a tenant then, of whom no more is known. */
const NOTHING_KNOWN: Known = {
  isSelected: () => true,
  termsOf: () => ({ hold: null, reapply: null, decisions: new Map() }),
}

async function knownOf(dbPath: string, { label = {}, plan }: Options): Promise<Known> {
  const isNarrowed = plan !== undefined || Object.keys(label).length > 0
  if (!existsSync(dbPath)) {
    if (isNarrowed) throw new StartRefused(`Labels and plans are in the database; there is none at ${dbPath}.`)
    return NOTHING_KNOWN
  }
  const filter = { ...readFilter({ label: [], plan, status: undefined, state: undefined }), labels: label }
  return withApp(async ({ tenants: { fleet }, runs }) => {
    const fitting = (await fleet.all()).filter((tenant) => matches(filter, tenant)).map(({ id }) => id)
    const selected = new Set(fitting)
    return { isSelected: (tenant) => selected.has(tenant), termsOf: await runs.termsOf(fitting) }
  })
}

type Reporting = { planner: RolloutPlanner; trunk: Oid; name: string; targets: readonly Target[]; options: Options }
type Reported = { summary: Summary; trunkErrors: readonly FileProblem[]; broken: number }

async function report({ planner, trunk, name, targets, options }: Reporting): Promise<Reported> {
  const { add, summary } = createSummary()
  const trunkErrors = await planner.trunkProblems(trunk)
  const shown: PlannedTenant[] = []
  let done = 0
  let broken = 0
  for await (const group of planner.plan(trunk, targets)) {
    for (const planned of group) {
      add(planned)
      const { outcome } = planned
      if (outcome.kind === 'invalid' && outcome.caused.length > 0) broken += 1
      if (options.ndjson) process.stdout.write(`${JSON.stringify(plannedResource(planned))}\n`)
      else if (options.details || options.json || SHOWN.has(outcome.kind)) shown.push(withoutObjects(planned))
    }
    done += group.length
    progress(done, targets.length)
  }
  const made = summary()
  if (options.json) {
    const document = { ...summaryResource(trunk, made, trunkErrors), tenants: shown.map(plannedResource) }
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`)
  } else if (!options.ndjson) {
    const shownTrunk = `${name} (${trunk.slice(0, 12)})`
    process.stdout.write(planText({ trunk: shownTrunk, summary: made, trunkErrors, shown }))
  }
  return { summary: made, trunkErrors, broken }
}

/** Outcomes that a person has to see each of. */
const SHOWN: ReadonlySet<string> = new Set(['invalid', 'held'])

/** What the merge made is of no use to a report, and ten thousand of it fill the memory. */
function withoutObjects(planned: PlannedTenant): PlannedTenant {
  const { outcome } = planned
  return 'merged' in outcome
    ? { ...planned, outcome: { ...outcome, merged: { ...outcome.merged, objects: [] } } }
    : planned
}

function progress(done: number, total: number): void {
  if (!process.stderr.isTTY) return
  process.stderr.write(
    `\r${done.toLocaleString('en')} of ${total.toLocaleString('en')} branches${done < total ? '' : '\n'}`,
  )
}

function exitOf({ counts }: Summary, trunkErrors: readonly FileProblem[], broken: number): number {
  if (trunkErrors.length > 0 || broken > 0) return EXIT.broken
  return counts.conflict > 0 ? EXIT.undecided : 0
}
