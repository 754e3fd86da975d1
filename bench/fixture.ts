/**
 * A repository of many tenants, written by one `git fast-import`: 60 tools and 40 workflows on the trunk, and a branch for
 * each tenant with two files of its own and one core file edited.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type FixtureFile, tenantFiles, trunkFiles } from './fixture-files.ts'

export type Fixture = {
  /** The tenants with files of their own. */
  tenants: readonly string[]
  /** A tenant whose branch holds the starter files and nothing else. */
  starterTenant: string
}

const STARTER_TENANT = 'starter-only'

/** @param reposDir where to make it; an absolute path that does not exist yet */
export async function createFixture({
  reposDir,
  starterDir,
  tenants: count,
}: {
  reposDir: string
  starterDir: string
  tenants: number
}): Promise<Fixture> {
  const starter = filesBelow(starterDir)
  const tenants = Array.from({ length: count }, (_, index) => `tenant-${String(index).padStart(6, '0')}`)
  await git(['init', '--quiet', '--initial-branch=main', reposDir])
  await git(['-C', reposDir, 'fast-import', '--quiet'], commands(starter, tenants))
  // So that the work tree, which nobody uses here, is clean.
  await git(['-C', reposDir, 'reset', '--hard', '--quiet'])
  return { tenants, starterTenant: STARTER_TENANT }
}

function* commands(starter: readonly FixtureFile[], tenants: readonly string[]): Iterable<string> {
  yield commit('main', 'The trunk', trunkFiles(starter))
  yield commit(`customer/${STARTER_TENANT}`, 'The starter files', starter)
  for (const [index, tenant] of tenants.entries()) {
    yield commit(`customer/${tenant}`, `Files of ${tenant}`, tenantFiles(index), 'refs/heads/main')
  }
}

/** In the language of git-fast-import(1). Sizes are in bytes. */
function commit(branch: string, message: string, files: readonly FixtureFile[], from?: string): string {
  const changes = files.map(([path, content]) => `M 100644 inline ${path}\n${data(content)}`)
  return [
    `commit refs/heads/${branch}\n`,
    'committer Bench <bench@example.com> 1750000000 +0000\n',
    data(message),
    from === undefined ? '' : `from ${from}\n`,
    ...changes,
  ].join('')
}

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`

const filesBelow = (folder: string): FixtureFile[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry): FixtureFile => {
      const path = join(entry.parentPath, entry.name)
      return [path.slice(folder.length + 1), readFileSync(path, 'utf8')]
    })

async function git(args: readonly string[], input: Iterable<string> = []): Promise<void> {
  const child = spawn('git', args, { stdio: ['pipe', 'ignore', 'inherit'] })
  const ended = once(child, 'exit')
  await pipeline(Readable.from(input), child.stdin)
  const [code] = await ended
  if (code !== 0) throw new Error(`git ${args.join(' ')} ended with ${code}.`)
}
