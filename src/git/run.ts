/**
 * Runs native git with a fixed argv and a clean environment, for one command at a time: moving refs, history.
 * Invariant: no shell, no pager, no prompt, no configuration through the caller's `GIT_*` variables, and no string of
 * a tenant's where git could read it as an option (callers pass `--end-of-options` before names).
 */
import { execFile } from 'node:child_process'

export type GitRun = {
  cwd: string
  args: readonly string[]
  /** Written to standard input. */
  input?: string | Uint8Array
  timeoutMs?: number
  /** Variables to set beside the kept ones. */
  env?: Readonly<Record<string, string>>
}

export class GitFailure extends Error {
  readonly args: readonly string[]
  readonly exitCode: number | null
  readonly stderr: string
  /** What it had said before it failed. */
  readonly stdout: string

  constructor(args: readonly string[], exitCode: number | null, stderr: string, stdout = '') {
    super(`git ${args[0]} failed (${exitCode ?? 'killed'}): ${stderr.trim()}`)
    this.name = 'GitFailure'
    this.args = args
    this.exitCode = exitCode
    this.stderr = stderr
    this.stdout = stdout
  }
}

export const DEFAULT_TIMEOUT_MS = 30_000
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024

/** Standard output of `git <args>` as bytes. @throws GitFailure on any exit code but 0, or past the time limit */
export function runGit({ cwd, args, input, timeoutMs = DEFAULT_TIMEOUT_MS, env }: GitRun): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      [...args],
      {
        cwd,
        env: { ...gitEnvironment(), ...env },
        encoding: 'buffer',
        maxBuffer: MAX_OUTPUT_BYTES,
        timeout: timeoutMs,
      },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout)
        const exitCode = typeof error.code === 'number' ? error.code : null
        reject(new GitFailure(args, exitCode, stderr.toString(), stdout.toString()))
      },
    )
    // A child that ends before it has read its input closes the pipe: its exit code tells more than EPIPE does.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input ?? '')
  })
}

export type CutOutput = { output: Buffer; isCut: boolean }

/** As `runGit`, but ends git once it has said `maxBytes`, and gives that much. */
export function runGitUpTo(
  { cwd, args, timeoutMs = DEFAULT_TIMEOUT_MS, env }: GitRun,
  maxBytes: number,
): Promise<CutOutput> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd,
      env: { ...gitEnvironment(), ...env },
      encoding: 'buffer',
      maxBuffer: maxBytes,
      timeout: timeoutMs,
    } as const
    execFile('git', [...args], options, (error, stdout, stderr) => {
      if (!error) resolve({ output: stdout, isCut: false })
      else if (String(error.code) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
        resolve({ output: stdout.subarray(0, maxBytes), isCut: true })
      } else reject(new GitFailure(args, typeof error.code === 'number' ? error.code : null, stderr.toString()))
    })
  })
}

/** The caller's environment without `GIT_DIR` and its like: a hook's would point these commands elsewhere. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_') || KEPT_GIT_VARIABLES.has(name))
  return { ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' }
}

/** Where git looks for configuration, and who acts: the person's to set. */
const KEPT_GIT_VARIABLES: ReadonlySet<string> = new Set([
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CONFIG_SYSTEM',
  'GIT_AUTHOR_NAME',
  'GIT_AUTHOR_EMAIL',
  'GIT_COMMITTER_NAME',
  'GIT_COMMITTER_EMAIL',
])
