/**
 * A checkout as a newcomer has it: the tracked and new files of this one in a folder of their own, committed, with a home
 * that knows nothing. Packages are linked from here, so that a test need not install them.
 */
import { type ExecFileException, execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

export type Ran = { code: number; stdout: string; stderr: string }

export type Checkout = {
  path: string
  home: string
  env: NodeJS.ProcessEnv
  /** Runs a bash script. Its exit code is part of the result, not an error. */
  run(script: string, options?: { cwd?: string; env?: NodeJS.ProcessEnv }): Promise<Ran>
  remove(): void
}

export function freshCheckout({ packages }: { packages: 'linked' | 'none' }): Checkout {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-checkout-'))
  const path = join(folder, 'project')
  const home = join(folder, 'home')
  mkdirSync(home, { recursive: true })
  mkdirSync(path)
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: PROJECT })
  for (const file of listed.toString().split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(path, file)), { recursive: true })
    // Links to files that were deleted but not yet committed lead nowhere.
    cpSync(join(PROJECT, file), join(path, file), { preserveTimestamps: true, force: true, errorOnExist: false })
  }
  if (packages === 'linked') execFileSync('cp', ['-al', join(PROJECT, 'node_modules'), join(path, 'node_modules')])

  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:GIT_|ESPALIER_|APP_ADDR|REPOS_DIR|DB_PATH)/.test(name),
  )
  const env = { ...Object.fromEntries(kept), HOME: home, GIT_CONFIG_NOSYSTEM: '1' }
  const run: Checkout['run'] = (script, { cwd = path, env: extra = {} } = {}) =>
    new Promise((resolve) => {
      const settled = (error: ExecFileException | null, stdout: string, stderr: string): void =>
        resolve({ code: error ? Number(error.code ?? 128) : 0, stdout, stderr })
      execFile('bash', ['-c', script], { cwd, env: { ...env, ...extra }, maxBuffer: 1 << 26 }, settled)
    })
  execFileSync(
    'bash',
    ['-c', 'git init -q -b main && git add -A && git -c user.name=n -c user.email=n@e commit -qm all'],
    {
      cwd: path,
      env,
    },
  )
  // The checkout has packages from before this commit; the lockfile must not look newer than they are.
  return { path, home, env, run, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Makes `curl` reach `localhost:8080` at another port, so that documented commands run as they are written. */
export function redirectCurl(checkout: Checkout, url: string): void {
  writeFileSync(join(checkout.home, '.curlrc'), `connect-to = "localhost:8080:${new URL(url).host}"\n`)
}
