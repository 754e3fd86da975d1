/**
 * A rollout with git alone: the quickest that its commands give, and the loop that people write first. Neither validates
 * anything. Both answer in milliseconds.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const git = (cwd: string, args: readonly string[], input = ''): string =>
  execFileSync('git', args, { cwd, input, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 1 << 30 }).toString('latin1')

/** All merges in one process, all commits in one, all refs in one transaction. */
export function nativePipeline(reposDir: string): number {
  const marks = join(reposDir, '.git', 'bench-marks')
  const started = performance.now()
  const trunk = git(reposDir, ['rev-parse', 'main']).trim()
  const heads = git(reposDir, ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads/customer/'])
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ') as [head: string, ref: string])
  const pairs = heads.map(([head]) => `${head} ${trunk}\n`).join('')
  const merged = git(reposDir, ['merge-tree', '--write-tree', '--no-messages', '--stdin'], pairs)
  const trees = merged.split('\0').filter((field) => field.length === 40)
  if (trees.length !== heads.length) throw new Error(`git merged ${trees.length} of ${heads.length} branches.`)
  const commits = heads.map(([head], i) => commit(i + 1, head, trunk, trees[i]!))
  git(reposDir, ['fast-import', '--quiet', '--force', `--export-marks=${marks}`], commits.join(''))
  const byMark = new Map(
    readFileSync(marks, 'latin1')
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(1).split(' ') as [string, string]),
  )
  const updates = heads.map(([head, ref], i) => `update ${ref} ${byMark.get(String(i + 1))} ${head}\n`)
  git(reposDir, ['update-ref', '-m', 'rollout bench', '--stdin'], updates.join(''))
  return performance.now() - started
}

const MESSAGE = 'Roll out main\n\nRollout-Id: bench\nRollout-Plan: bench\n'

/** On one branch that serves for all: the refs move afterwards. `M 040000 <tree> ` is the whole tree. */
const commit = (mark: number, head: string, trunk: string, tree: string): string =>
  `reset refs/bench/rollout\nfrom ${head}\n\ncommit refs/bench/rollout\nmark :${mark}\n` +
  `committer Espalier <espalier@localhost> 1750000000 +0000\ndata ${MESSAGE.length}\n${MESSAGE}\n` +
  `from ${head}\nmerge ${trunk}\nM 040000 ${tree} \n\n`

/** `git checkout`, `git merge`, `git push`, for each of the first `count` customers. */
export function tutorialLoop(reposDir: string, count: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-bench-loop-'))
  try {
    execFileSync('cp', ['-a', join(reposDir, '.git'), join(folder, 'origin.git')])
    git(join(folder, 'origin.git'), ['config', 'core.bare', 'true'])
    git(reposDir, ['remote', 'add', 'origin', join(folder, 'origin.git')])
    for (const [name, value] of [
      ['user.name', 'Bench'],
      ['user.email', 'bench@example.com'],
      ['commit.gpgsign', 'false'],
    ] as const) {
      git(reposDir, ['config', name, value])
    }
    const branches = git(reposDir, [
      'for-each-ref',
      `--count=${count}`,
      '--format=%(refname:short)',
      'refs/heads/customer/',
    ])
    const started = performance.now()
    for (const branch of branches.trimEnd().split('\n')) {
      git(reposDir, ['checkout', '--quiet', branch])
      git(reposDir, ['merge', '--quiet', '--no-edit', 'main'])
      git(reposDir, ['push', '--quiet', 'origin', branch])
    }
    return performance.now() - started
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
