/** A temporary folder with a repository, and the built product run on it in processes of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROJECT } from './checkout.ts'
import { type Commit, createTestRepository, type Files, GIT_ENV, type TestRepository } from './repository.ts'
import { type Ran, run } from './run.ts'
import { type RunningServer, startServer } from './server.ts'

export type Folder = {
  path: string
  repository: TestRepository
  /** Points the product at this folder. */
  env: NodeJS.ProcessEnv
  /** Commits on the tenant's branch, which starts from `main` where it does not exist; gives the commit. */
  commit(tenant: string, files: Files): string
  /** Runs `espalier` in this folder. */
  espalier(args: readonly string[], options?: { cwd?: string; env?: NodeJS.ProcessEnv }): Promise<Ran>
  /** Starts `espalier serve`. */
  serve(env?: NodeJS.ProcessEnv): Promise<RunningServer>
  remove(): void
}

/** The built command. */
export const CLI = join(PROJECT, 'dist/cli.js')

export function createFolder(files?: Files): Folder {
  const path = mkdtempSync(join(tmpdir(), 'espalier-test-'))
  const repository = createTestRepository(join(path, 'repos'), files)
  const env = { ...GIT_ENV, REPOS_DIR: repository.path, ESPALIER_DATA_DIR: join(path, 'data') }
  return {
    path,
    repository,
    env,
    commit(tenant, changed) {
      const branch = `customer/${tenant}`
      const exists = repository.git(['for-each-ref', `refs/heads/${branch}`]) !== ''
      const commit: Commit = exists ? { files: changed } : { files: changed, parent: 'refs/heads/main^0' }
      return repository.commit(branch, commit)
    },
    espalier: (args, { cwd = path, env: extra = {} } = {}) =>
      run([process.execPath, CLI, ...args], { cwd, env: { ...env, ...extra } }),
    serve: (extra = {}) => startServer([process.execPath, CLI, 'serve'], { cwd: path, env: { ...env, ...extra } }),
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}
