/**
 * Attack 23: a write over HTTP and somebody's git at the same moment. One wins, the other is told or made anew on top;
 * what was acknowledged to either is in the branch, and nobody's files are undone.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GIT_ENV } from '../support/repository.ts'
import { type Ran, run } from '../support/run.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { ANY, NEW, patch, put } from './write.ts'

let app: TestApp

beforeAll(async () => {
  app = await createTestApp()
})
afterAll(() => app.close())

/** Git in a process of its own, while this one serves. */
const git = (cwd: string, ...args: string[]): Promise<Ran> => run(['git', ...args], { cwd, env: GIT_ENV })

const ROUNDS = process.env.ESPALIER_SOAK === '1' ? 50 : 6
/** More than enough for either to get through. */
const MOST_ATTEMPTS = 200

/** Sends a write again for as long as it is told that somebody else was there first. */
async function untilWritten(write: () => ReturnType<typeof put>): Promise<string> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const { status, body } = await write()
    if (status < 300) return String(body.revision)
    expect([409, 412], JSON.stringify(body)).toContain(status)
  }
  return expect.fail('It never got through.')
}

async function expectHolds(branch: string, revisions: readonly string[], files: readonly string[]): Promise<void> {
  const { path } = app.repository
  const reached = new Set((await git(path, 'rev-list', branch)).stdout.split('\n'))
  for (const revision of revisions) expect(reached).toContain(revision)
  const { stdout } = await git(path, 'ls-tree', '-r', '--name-only', branch)
  for (const file of files) expect(stdout.split('\n')).toContain(file)
  expect((await git(path, 'fsck', '--strict')).code).toBe(0)
  const rest = await git(path, 'for-each-ref', '--format=%(refname)', `refs/heads/${branch}`)
  expect(rest.stdout.trim()).toBe(`refs/heads/${branch}`)
}

test('with git push from a clone', async () => {
  app.commit('pushed', {})
  const clone = join(app.folder.path, 'clone')
  await git(app.folder.path, 'clone', '--quiet', '--branch', 'customer/pushed', app.repository.path, 'clone')
  mkdirSync(join(clone, 'theirs'))
  const pushes = async (): Promise<string[]> => {
    const pushed: string[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      writeFileSync(join(clone, `theirs/${round}`), 'x')
      await git(clone, 'add', '.')
      await git(clone, 'commit', '--quiet', '-m', `theirs ${round}`)
      let attempt = 0
      while ((await git(clone, 'push', '--quiet')).code !== 0) {
        attempt += 1
        expect(attempt).toBeLessThan(MOST_ATTEMPTS)
        expect((await git(clone, 'pull', '--quiet', '--rebase')).code).toBe(0)
      }
      pushed.push((await git(clone, 'rev-parse', 'HEAD')).stdout.trim())
    }
    return pushed
  }
  const writes = async (): Promise<string[]> => {
    const written: string[] = []
    for (let round = 0; round < ROUNDS * 4; round += 1) {
      written.push(await untilWritten(() => put(app, 'pushed', `ours/${round}`, 'x', { headers: NEW })))
    }
    return written
  }
  const [pushed, written] = await Promise.all([pushes(), writes()])
  const files = [...pushed.map((_, round) => `theirs/${round}`), ...written.map((_, round) => `ours/${round}`)]
  await expectHolds('customer/pushed', [...pushed, ...written], files)
})

test('with git commit in a work tree', async () => {
  app.commit('committed', {})
  const { path } = app.repository
  await git(path, 'checkout', '--quiet', 'customer/committed')
  mkdirSync(join(path, 'theirs'))
  const commits = async (): Promise<string[]> => {
    const made: string[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      writeFileSync(join(path, `theirs/${round}`), 'x')
      let attempt = 0
      for (;;) {
        const { code, stderr } = await git(path, 'add', `theirs/${round}`).then((added) =>
          added.code === 0 ? git(path, 'commit', '--quiet', '-m', `theirs ${round}`) : added,
        )
        if (code === 0) break
        attempt += 1
        expect(attempt, stderr).toBeLessThan(MOST_ATTEMPTS)
      }
      made.push((await git(path, 'log', '-1', '--format=%H', `--grep=^theirs ${round}$`)).stdout.trim())
    }
    return made
  }
  const writes = async (): Promise<string[]> => {
    const written: string[] = []
    for (let round = 0; round < ROUNDS * 4; round += 1) {
      const change = { [`r${round}`]: round }
      written.push(await untilWritten(() => patch(app, 'committed', 'config/features.json', change, { headers: ANY })))
    }
    return written
  }
  const [made, written] = await Promise.all([commits(), writes()])
  await expectHolds(
    'customer/committed',
    [...made, ...written],
    made.map((_, round) => `theirs/${round}`),
  )
  const value = JSON.parse((await git(path, 'show', 'customer/committed:config/features.json')).stdout) as object
  expect(Object.keys(value)).toHaveLength(ROUNDS * 4 + 1)
  expect((await git(path, 'status', '--porcelain')).stdout).toBe('')
  await git(path, 'checkout', '--quiet', 'main')
})
