/** Commits beside other commits, and beside git at work in the same repository: nothing is lost, nobody waits for ever. */
import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CommitResult } from '../../src/commits/commit-service.ts'
import type { Oid } from '../../src/kernel/ids.ts'
import { GIT_ENV } from '../support/repository.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { commitFiles, refusal, revisionOf } from './harness.ts'

const TURNS = process.env.ESPALIER_SOAK === '1' ? 200 : 6

let app: TestApp
let start: Oid
beforeEach(async () => {
  app = await createTestApp()
  start = app.commit('acme', {}) as Oid
})
afterEach(() => app.close())

const git = (...args: string[]): string => app.repository.git(args)
const commitsOf = (tenant: string): string[] => git('rev-list', `customer/${tenant}`).split('\n')
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

/** Git at work at the same time: the service goes on meanwhile. */
const askGit = async (args: readonly string[], cwd = app.repository.path): Promise<string> =>
  (await promisify(execFile)('git', args, { cwd, env: GIT_ENV })).stdout.trim()

/** Whether it succeeded. */
const gitBeside = (args: readonly string[], cwd = app.repository.path): Promise<boolean> =>
  askGit(args, cwd).then(
    () => true,
    () => false,
  )

/** Runs `turn` again and again while `work` is under way, and at least once. */
async function beside(work: Promise<unknown>, turn: () => Promise<unknown>): Promise<void> {
  let isOver = false
  const over = work.finally(() => {
    isOver = true
  })
  const turns = (async () => {
    do await turn()
    while (!isOver)
  })()
  await Promise.all([over, turns])
}

/** Tries again where git met the service's lock. */
async function insist(args: readonly string[]): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) if (await gitBeside(args)) return
  throw new Error(`git ${args.join(' ')} never succeeded`)
}

describe('many commits at once', () => {
  test('on one tenant all follow each other', async () => {
    const made = await Promise.all(
      numbers(40).map((i) => revisionOf(commitFiles(app, 'acme', { [`docs/${i}.md`]: `${i}` }))),
    )
    expect(new Set(made).size).toBe(40)
    expect(commitsOf('acme')).toEqual(expect.arrayContaining(made))
    expect(git('ls-tree', '--name-only', 'customer/acme', 'docs/').split('\n')).toHaveLength(40)
    git('fsck', '--full', '--strict')
  })

  test('that all expect the same file: one is made', async () => {
    const ifMatch = git('rev-parse', 'customer/acme:config/limits.yaml') as Oid
    const path = 'config/limits.yaml'
    const outcomes = await Promise.allSettled(
      numbers(10).map((i) =>
        commitFiles(app, 'acme', {}, { changes: [{ path, content: Buffer.from(`requests: ${i + 50}\n`), ifMatch }] }),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'precondition-failed' })
    }
  })

  test('of many tenants: what is wrong with one is answered to that one', async () => {
    const tenants = numbers(12).map((i) => `tenant-${i}`)
    for (const tenant of tenants) app.commit(tenant, {})
    const trunk = git('rev-parse', 'main')
    git('update-ref', '-d', 'refs/heads/customer/tenant-1')
    git('symbolic-ref', 'refs/heads/customer/tenant-2', 'refs/heads/main')
    const lock = join(app.repository.gitDir, 'refs/heads/customer/tenant-3.lock')
    writeFileSync(lock, '')
    const outcomes = await Promise.allSettled(
      tenants.map((tenant, i) => commitFiles(app, tenant, { 'config/x.json': i === 0 ? '{ no' : `{"i": ${i}}` })),
    )
    rmSync(lock)
    const codes = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'committed'))
    expect(codes.slice(0, 4)).toEqual(['change-invalid', 'tenant-branch-missing', 'repository-failed', 'branch-busy'])
    expect(new Set(codes.slice(4))).toEqual(new Set(['committed']))
    expect(git('rev-parse', 'main')).toBe(trunk)
  })
})

describe('beside git', () => {
  test('that moves the branch: each commit is made on what git left', async () => {
    const made: Oid[] = []
    const byGit: string[] = []
    const service = async (): Promise<void> => {
      for (const i of numbers(TURNS))
        made.push(await revisionOf(commitFiles(app, 'acme', { [`docs/${i}.md`]: `${i}` })))
    }
    await beside(service(), async () => {
      const head = await askGit(['rev-parse', 'customer/acme'])
      const next = await askGit(['commit-tree', `${head}^{tree}`, '-p', head, '-m', 'by hand'])
      if (await gitBeside(['update-ref', 'refs/heads/customer/acme', next, head])) byGit.push(next)
    })
    expect(byGit.length).toBeGreaterThan(0)
    expect(commitsOf('acme')).toEqual(expect.arrayContaining([...made, ...byGit]))
  })

  test('that commits in the work tree where the branch is checked out', async () => {
    git('checkout', '--quiet', 'customer/acme')
    const made: Oid[] = []
    let byHand = 0
    const service = async (): Promise<void> => {
      for (const i of numbers(TURNS)) {
        const result = await commitFiles(app, 'acme', { [`docs/s${i}.md`]: `${i}` }).catch(
          (error: { code: string }) => error,
        )
        // While the person has something staged the service is refused, or finds the branch held; it changes nothing then.
        if ('kind' in result) made.push(result.revision)
        else expect(['branch-checked-out-dirty', 'branch-busy']).toContain(result.code)
      }
    }
    const person = async (): Promise<void> => {
      for (const i of numbers(TURNS)) {
        writeFileSync(join(app.repository.path, `h${i}.md`), `${i}`)
        await insist(['add', `h${i}.md`])
        await insist(['commit', '--quiet', '-m', `by hand ${i}`])
        byHand += 1
      }
    }
    await Promise.all([service(), person()])
    expect(byHand).toBe(TURNS)
    expect(git('status', '--porcelain')).toBe('')
    expect(commitsOf('acme')).toEqual(expect.arrayContaining(made))
    const files = git('ls-tree', '-r', '--name-only', 'customer/acme').split('\n')
    for (const i of numbers(TURNS)) expect(files).toContain(`h${i}.md`)
    expect(git('rev-list', '--merges', 'customer/acme')).toBe('')
  })

  test('that pushes into the repository', async () => {
    const clone = join(app.folder.path, 'clone')
    git('clone', '--quiet', '--branch', 'customer/acme', app.repository.path, clone)
    const made: Oid[] = []
    let pushed = 0
    const service = async (): Promise<void> => {
      for (const i of numbers(TURNS))
        made.push(await revisionOf(commitFiles(app, 'acme', { [`docs/s${i}.md`]: `${i}` })))
    }
    await beside(service(), async () => {
      await gitBeside(['pull', '--quiet', '--rebase', 'origin', 'customer/acme'], clone)
      await gitBeside(['commit', '--quiet', '--allow-empty', '-m', `pushed ${pushed}`], clone)
      if (await gitBeside(['push', '--quiet', 'origin', 'HEAD:customer/acme'], clone)) pushed += 1
    })
    expect(commitsOf('acme')).toEqual(expect.arrayContaining(made))
    expect(
      git('log', '--format=%s', 'customer/acme')
        .split('\n')
        .filter((subject) => subject.startsWith('pushed')).length,
    ).toBeGreaterThanOrEqual(pushed)
  })

  test('that packs refs and collects garbage', async () => {
    const made: CommitResult[] = []
    const service = async (): Promise<void> => {
      for (const i of numbers(TURNS * 2)) made.push(await commitFiles(app, 'acme', { 'config/n.json': `{"n": ${i}}` }))
    }
    await beside(service(), async () => {
      await gitBeside(['pack-refs', '--all'])
      await gitBeside(['gc', '--quiet', '--prune=now'])
    })
    expect(made.every(({ kind }) => kind === 'committed')).toBe(true)
    expect(commitsOf('acme')).toEqual(expect.arrayContaining(made.map(({ revision }) => revision)))
    git('fsck', '--full', '--strict')
  })
})

describe('a branch that is checked out', () => {
  beforeEach(() => git('checkout', '--quiet', 'customer/acme'))
  const file = (): string => join(app.repository.path, 'config/limits.yaml')

  test('takes the work tree along', async () => {
    await revisionOf(commitFiles(app, 'acme', { 'config/limits.yaml': 'requests: 9\n', 'config/more.json': '{}' }))
    expect(readFileSync(file(), 'utf8')).toBe('requests: 9\n')
    expect(git('status', '--porcelain')).toBe('')
  })

  test('with changes of somebody is refused, and they are named', async () => {
    writeFileSync(file(), 'requests: 11\n')
    const error = await refusal(commitFiles(app, 'acme', { 'config/more.json': '{}' }))
    expect(error).toMatchObject({ code: 'branch-checked-out-dirty', data: { paths: ['config/limits.yaml'] } })
    expect(git('rev-parse', 'customer/acme')).toBe(start)
    expect(readFileSync(file(), 'utf8')).toBe('requests: 11\n')
  })
})
