/** A change of the trunk as it goes out to all tenants: four files changed, one added, one deleted. */
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const EDITS: readonly (readonly [path: string, from: string, to: string])[] = [
  ['tools/check_shipment_01.json', '"1.0.0"', '"1.1.0"'],
  ['tools/check_contract_02.json', '"1.0.0"', '"1.1.0"'],
  ['workflows/close_contract_02.yaml', 'Closes the', 'Closes all the'],
  ['config/limits.json', '600', '700'],
]
/** A file that every tenant of the fixture has edited too. */
const SHARED: (typeof EDITS)[number] = ['tools/check_invoice_00.json', '"1.0.0"', '"1.1.0"']

/** Commits the change on `main`, which is checked out at `reposDir`. */
export function changeTrunk(reposDir: string, { meetsTenants = false } = {}): void {
  for (const [path, from, to] of meetsTenants ? [...EDITS, SHARED] : EDITS) {
    const file = join(reposDir, path)
    writeFileSync(file, readFileSync(file, 'utf8').replace(from, to))
  }
  const like = readFileSync(join(reposDir, 'tools/check_lease_39.json'), 'utf8')
  writeFileSync(join(reposDir, 'tools/check_lease_new.json'), like.replaceAll('check_lease_39', 'check_lease_new'))
  rmSync(join(reposDir, 'tools/check_claim_46.json'))
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
