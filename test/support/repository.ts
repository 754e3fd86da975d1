/**
 * A repository to test with, written by real git: `fast-import` makes a commit of given files in one process, and takes
 * entries (links, submodules) that no work tree would.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** What git runs with: nothing of the person's own configuration. */
export const GIT_ENV: NodeJS.ProcessEnv = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
}

/** A file's text or bytes; a link's target; the commit of a submodule; `null` deletes. */
export type Entry = string | Uint8Array | { link: string } | { submodule: string } | null
export type Files = Readonly<Record<string, Entry>>

export type Commit = {
  /** Laid over the files of the parent. */
  files: Files
  /** What the commit follows; the branch itself where it is not given, `null` for a first commit. */
  parent?: string | null
  message?: string
}

export type TestRepository = {
  path: string
  gitDir: string
  /** Standard output of `git <args>`, trimmed. */
  git(args: readonly string[], input?: string | Uint8Array): string
  /** Commits on `branch` (such as `customer/a`) and gives the new head. */
  commit(branch: string, commit: Commit): string
}

/** What every branch here starts with: a tool for numbers, a validator, a workflow of both, and two settings. */
export const BASE_FILES = {
  'tools/double.yaml': `name: double
description: Doubles a number.
patterns: ['double {n}', 'twice {n}']
input:
  type: object
  required: [n]
  properties: { n: { type: number } }
compute: { result: n * 2.0 }
`,
  'tools/small.json': '{"name": "small", "description": "Takes small numbers.", "rules": ["max_n: 100"]}',
  'workflows/both.yaml': 'name: both\ndescription: Checks a number and doubles it.\nstages: [small, double]\n',
  'config/limits.yaml': 'requests: 10\nnested: { "a/b": [1, { "~": tilde }] }\n',
  'config/features.json': '{"beta": false}',
} as const satisfies Files

/** A repository at `path` with `files` on `main`, set up so that a server's first start has nothing to add. */
export function createTestRepository(path: string, files: Files = BASE_FILES): TestRepository {
  mkdirSync(path, { recursive: true })
  const git: TestRepository['git'] = (args, input = '') =>
    execFileSync('git', args, { cwd: path, env: GIT_ENV, input, stdio: 'pipe', maxBuffer: 1 << 28 })
      .toString()
      .trim()

  const commit: TestRepository['commit'] = (branch, { files: changed, parent, message = 'change' }) => {
    const from = parent === undefined ? headOf(branch) : parent
    git(['fast-import', '--quiet', '--force'], importStream(branch, { files: changed, from, message }))
    return git(['rev-parse', `refs/heads/${branch}`])
  }
  const headOf = (branch: string): string | null =>
    git(['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`]) || null

  git(['init', '--quiet', '--initial-branch=main'])
  commit('main', { files, parent: null, message: 'start' })
  git(['reset', '--hard', '--quiet'])
  for (const [name, value] of Object.entries(SETTINGS)) git(['config', name, value])
  return { path, gitDir: join(path, '.git'), git, commit }
}

const SETTINGS = {
  'remote.origin.url': '/nonexistent',
  'push.autoSetupRemote': 'true',
  'user.name': 'Ada',
  'user.email': 'ada@example.com',
  'commit.gpgsign': 'false',
  'gc.auto': '0',
}

type Import = { files: Files; from: string | null; message: string }

/** The stream of one commit (git-fast-import(1)). */
function importStream(branch: string, { files, from, message }: Import): Uint8Array {
  const parts: (string | Uint8Array)[] = [
    `commit refs/heads/${branch}\ncommitter Ada <ada@example.com> ${Math.floor(Date.now() / 1000)} +0000\n`,
    ...data(message),
    ...(from === null ? [] : [`from ${from}\n`]),
    ...Object.entries(files).flatMap(([path, entry]) => change(JSON.stringify(path), entry)),
  ]
  return Buffer.concat(parts.map((part) => Buffer.from(part)))
}

function change(path: string, entry: Entry): (string | Uint8Array)[] {
  if (entry === null) return [`D ${path}\n`]
  if (typeof entry === 'string' || entry instanceof Uint8Array) return [`M 100644 inline ${path}\n`, ...data(entry)]
  if ('link' in entry) return [`M 120000 inline ${path}\n`, ...data(entry.link)]
  return [`M 160000 ${entry.submodule} ${path}\n`]
}

const data = (content: string | Uint8Array): (string | Uint8Array)[] => [
  `data ${Buffer.byteLength(content)}\n`,
  content,
  '\n',
]
