/** A first start makes repository, keys and database: killed in the middle, or twice at once, the result is the same. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLI } from '../support/folder.ts'
import { GIT_ENV } from '../support/repository.ts'
import { type Ran, run } from '../support/run.ts'

let root: string
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'espalier-start-'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const newFolder = (): string => mkdtempSync(join(root, 'f-'))
const espalier = (cwd: string, args: readonly string[]): Promise<Ran> =>
  run([process.execPath, CLI, ...args], { cwd, env: GIT_ENV })
const git = (cwd: string, args: readonly string[]): Promise<Ran> => run(['git', ...args], { cwd, env: GIT_ENV })

/** Whether `folder` is as a start that nobody disturbed leaves it. */
async function expectWhole(folder: string): Promise<void> {
  const repos = join(folder, 'repos')
  expect(readdirSync(repos).filter((name) => name.startsWith('.git.creating'))).toEqual([])
  expect(await git(repos, ['fsck', '--strict'])).toMatchObject({ code: 0 })
  expect(await git(repos, ['status', '--porcelain'])).toMatchObject({ code: 0, stdout: '' })
  expect(await git(repos, ['verify-commit', 'main'])).toMatchObject({ code: 0 })
  expect(await git(repos, ['rev-list', '--count', 'main'])).toMatchObject({ stdout: '1\n' })
  expect(await git(repos, ['ls-remote', 'origin'])).toMatchObject({ code: 0 })
  expect(await espalier(folder, ['execute', 'acme', 'what is 12 * 7'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('84'),
  })
}

const serve = (cwd: string): ChildProcess =>
  spawn(process.execPath, [CLI, 'serve'], { cwd, env: { ...GIT_ENV, APP_ADDR: '127.0.0.1:0' }, stdio: 'ignore' })

/** What a first start brings into being, in order: after each of these the process is killed once. */
const MARKS = ['data', 'data/keys/operator', 'repos', 'repos/.git', 'repos/.git/index'] as const

/** Kills the process at the first moment when `mark` is there, or one turn of the loop later for each of `turns`. */
async function killAt(folder: string, mark: string, turns: number): Promise<void> {
  const child = serve(folder)
  const ended = once(child, 'exit')
  while (!existsSync(join(folder, mark)) && child.exitCode === null) await new Promise(setImmediate)
  for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate)
  child.kill('SIGKILL')
  await ended
}

const KILLS = process.env.ESPALIER_SOAK === '1' ? 50 : MARKS.length

test.each(Array.from({ length: KILLS }, (_, index) => [MARKS[index % MARKS.length] ?? 'data', index * 400] as const))(
  'killed when there is %s (and %i turns later), the next start mends it',
  async (mark, turns) => {
    const folder = newFolder()
    await killAt(folder, mark, turns)
    expect(await espalier(folder, ['tenant', 'create', 'acme'])).toMatchObject({ code: 0 })
    await expectWhole(folder)
  },
)

test('several first starts at once make one repository, and each goes on', async () => {
  const folder = newFolder()
  const ran = await Promise.all(['a', 'b', 'c', 'acme'].map((id) => espalier(folder, ['tenant', 'create', id])))
  expect(ran.map(({ code, stderr }) => [code, stderr])).toEqual(ran.map(() => [0, '']))
  await expectWhole(folder)
  const { stdout } = await espalier(folder, ['tenant', 'list'])
  expect(stdout.trim().split('\n')).toHaveLength(4)
})
