/** The repository as the server needs it at start: found or made, of a kind that can be read, and pleasant to work in. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { StartRefused } from '../../kernel/start-refused.ts'
import { createRefReader } from '../refs/refs.ts'
import { GitFailure, runGit } from '../run.ts'
import { ensureConveniences, keyPathsIn, OPERATOR, operatorKey, serviceKey } from './conveniences.ts'
import { createRepository, fillWorkTree } from './create.ts'
import { findRepository, type RepositoryLayout } from './layout.ts'

export type Preparation = {
  reposDir: string
  dataDir: string
  starterDir: string
  trunk: string
  signerProgram: string
  nowMs: number
}

/** @throws StartRefused where the repository is of a kind that cannot be read, or has no trunk */
export async function prepareRepository(preparation: Preparation): Promise<RepositoryLayout & { created: boolean }> {
  const { reposDir, dataDir, starterDir, trunk, signerProgram, nowMs } = preparation
  mkdirSync(dataDir, { recursive: true })
  const keys = keyPathsIn(dataDir)
  const key = operatorKey(keys)
  serviceKey(keys)
  const existing = findRepository(reposDir)
  if (existing) await requireGit(existing)
  const layout =
    existing ?? (await createRepository({ path: reposDir, starterDir, trunk, author: OPERATOR, key, nowMs }))
  await ensureConveniences({ layout, dataDir, keys, signerProgram })
  excludePlaceholder(layout)
  await fillWorkTree(layout)
  requireTrunk(layout, trunk)
  return { ...layout, created: existing === undefined }
}

/** The outer project keeps `.gitkeep` here so that the folder is seen; to this repository it is nobody's file. */
function excludePlaceholder({ kind, gitDir }: RepositoryLayout): void {
  if (kind === 'bare') return
  const path = join(gitDir, 'info', 'exclude')
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  if (text.split('\n').includes('/.gitkeep')) return
  mkdirSync(dirname(path), { recursive: true })
  appendFileSync(path, '/.gitkeep\n')
}

/** Git refuses a folder of another user's (`safe.directory`); better said now than at the first read. */
async function requireGit({ gitDir, top }: RepositoryLayout): Promise<void> {
  try {
    await runGit({ cwd: gitDir, args: ['rev-parse', '--git-dir'] })
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error
    throw new StartRefused(`Git refuses to work in ${top}: ${error.stderr.trim() || error.message}`, { cause: error })
  }
}

function requireTrunk({ gitDir, top }: RepositoryLayout, trunk: string): void {
  const state = createRefReader(gitDir).read(
    `refs/heads/${trunk}` as Parameters<ReturnType<typeof createRefReader>['read']>[0],
  )
  if (state.kind === 'oid') return
  throw new StartRefused(`${top} has no branch "${trunk}". Create it, or name the trunk with ESPALIER_TRUNK.`)
}
