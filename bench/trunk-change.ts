/** A change of the trunk as it goes out to all tenants: four files changed, one added, one deleted. */
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type Edit = readonly [path: string, from: string, to: string]
type Change = { edits: readonly Edit[]; added: string; deleted: string }

/** One rollout after the other. */
const CHANGES = {
  first: {
    edits: [
      ['tools/check_shipment_01.json', '"1.0.0"', '"1.1.0"'],
      ['tools/check_contract_02.json', '"1.0.0"', '"1.1.0"'],
      ['workflows/close_contract_02.yaml', 'Closes the', 'Closes all the'],
      ['config/limits.json', '600', '700'],
    ],
    added: 'check_lease_new',
    deleted: 'check_claim_46',
  },
  next: {
    edits: [
      ['tools/check_shipment_01.json', '"1.1.0"', '"1.2.0"'],
      ['tools/check_contract_02.json', '"1.1.0"', '"1.2.0"'],
      ['workflows/close_contract_02.yaml', 'Closes all the', 'Closes really all the'],
      ['config/limits.json', '700', '800'],
    ],
    added: 'check_lease_newer',
    deleted: 'check_forecast_45',
  },
} as const satisfies Record<string, Change>

/** Commits the first change, or the one after it, on `main`, which is checked out at `reposDir`. */
export function changeTrunk(reposDir: string, which: keyof typeof CHANGES = 'first'): void {
  const { edits, added, deleted } = CHANGES[which]
  for (const [path, from, to] of edits) {
    const file = join(reposDir, path)
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to))
  }
  const like = readFileSync(join(reposDir, 'tools/check_lease_39.json'), 'utf8')
  writeFileSync(join(reposDir, `tools/${added}.json`), like.replaceAll('check_lease_39', added))
  rmSync(join(reposDir, `tools/${deleted}.json`))
  const git = (...args: string[]): unknown => execFileSync('git', ['-C', reposDir, ...args], { stdio: 'pipe' })
  git('add', '--all')
  git(
    '-c',
    'user.name=Bench',
    '-c',
    'user.email=bench@example.com',
    '-c',
    'commit.gpgsign=false',
    'commit',
    '-qm',
    'Change the trunk',
  )
}
