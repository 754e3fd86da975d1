/**
 * A new repository from the starter files: one signed commit on the trunk, checked out.
 * Invariant: it appears at once. All is made in a folder beside, which becomes `.git` by one rename; a `kill -9` before
 * leaves a folder that the next start removes, one after it a work tree that the next start fills.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Oid } from '../../kernel/ids.ts'
import { signCommit } from '../../signing/commit.ts'
import type { SigningKey } from '../../signing/ssh-key.ts'
import { commitBytes, type Identity } from '../objects/commit-bytes.ts'
import { runGit } from '../run.ts'
import { CREATING_PREFIX, type RepositoryLayout } from './layout.ts'

export type Creation = {
  path: string
  starterDir: string
  trunk: string
  author: Identity
  key: SigningKey
  /** Milliseconds since 1970, for the commit. */
  nowMs: number
}

/** Makes a repository with one signed commit of the starter files on the trunk. */
export async function createRepository({
  path,
  starterDir,
  trunk,
  author,
  key,
  nowMs,
}: Creation): Promise<RepositoryLayout> {
  mkdirSync(path, { recursive: true })
  for (const name of readdirSync(path)) {
    if (name.startsWith(CREATING_PREFIX)) rmSync(join(path, name), { recursive: true })
  }
  const draft = join(path, `${CREATING_PREFIX}${process.pid}`)
  await runGit({ cwd: path, args: ['init', '--quiet', '--bare', `--initial-branch=${trunk}`, draft] })
  const git = async (args: readonly string[], input?: Uint8Array): Promise<string> =>
    (await runGit({ cwd: draft, args: ['--git-dir', draft, ...args], ...(input ? { input } : {}) })).toString().trim()

  await git(['--work-tree', resolve(starterDir), '-c', 'core.autocrlf=false', 'add', '--all'])
  const tree = (await git(['write-tree'])) as Oid
  rmSync(join(draft, 'index'))
  const message = 'Start with the core tools, workflows and configuration'
  const unsigned = commitBytes({ tree, parents: [], author, committer: author, atMs: nowMs, message })
  const commit = await git(['hash-object', '-t', 'commit', '-w', '--stdin'], signCommit(unsigned, key))
  await git(['update-ref', `refs/heads/${trunk}`, commit])
  await git(['config', 'core.bare', 'false'])

  const gitDir = join(path, '.git')
  renameSync(draft, gitDir)
  return { kind: 'work-tree', gitDir, top: path }
}

/** Checks the trunk out where that has not happened yet: git writes the index when the files stand. */
export async function fillWorkTree({ kind, gitDir, top }: RepositoryLayout): Promise<void> {
  if (kind === 'bare' || existsSync(join(gitDir, 'index'))) return
  await runGit({ cwd: top, args: ['reset', '--hard', '--quiet'] })
}
