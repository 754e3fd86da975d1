/** What people and their machines do to the repository behind the product's back. */
import { execFile } from 'node:child_process'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { AsyncCommand } from 'fast-check'
import { expect } from 'vitest'
import { GIT_ENV } from '../support/repository.ts'
import { expectRead, isOneOf, read } from './answers.ts'
import { moved, type Revision } from './branch.ts'
import { branchOf, type Content, FILE, type Model, type TenantName, type World } from './world.ts'

export type Command = AsyncCommand<Model, World>

const refOf = (tenant: TenantName): string => `refs/heads/customer/${tenant}`

/** `git commit` on the tenant's branch, which is made from `main` where it does not exist. */
export const gitCommit = (tenant: TenantName, content: Content): Command => ({
  check: () => true,
  async run(model, { folder }) {
    const oid = folder.commit(tenant, { [FILE]: content.text })
    model.set(tenant, moved(branchOf(model, tenant), { oid, ...content }))
  },
  toString: () => `git commit on ${tenant}: ${content.text}`,
})

export const deleteBranch = (tenant: TenantName): Command => ({
  check: (model) => branchOf(model, tenant).head !== null,
  async run(model, { folder }) {
    folder.repository.git(['update-ref', '-d', refOf(tenant)])
    model.set(tenant, { ...branchOf(model, tenant), head: null })
  },
  toString: () => `git branch -D customer/${tenant}`,
})

/** History rewritten, or a branch made again: it points to a commit that it has pointed to before. */
export const pointBack = (tenant: TenantName, nth: number): Command => ({
  check: (model) => branchOf(model, tenant).past.length > 0,
  async run(model, { folder }) {
    const branch = branchOf(model, tenant)
    const target = branch.past[nth % branch.past.length]!
    if (!exists(folder.repository.git, target.oid)) return
    folder.repository.git(['update-ref', refOf(tenant), target.oid])
    model.set(tenant, moved(branch, target))
  },
  toString: () => `git update-ref customer/${tenant} to one of its past, ${nth}`,
})

/** Housekeeping may have taken a commit that no branch leads to any more. */
function exists(git: World['folder']['repository']['git'], oid: string): boolean {
  return !git(['cat-file', '--batch-check'], `${oid}\n`).endsWith('missing')
}

export const HOUSEKEEPING = {
  gc: [
    ['reflog', 'expire', '--expire=now', '--expire-unreachable=now', '--all'],
    ['gc', '--quiet', '--prune=now'],
  ],
  repack: [['repack', '-a', '-d', '--quiet']],
  'pack-refs': [['pack-refs', '--all', '--prune']],
} as const

export const housekeeping = (kind: keyof typeof HOUSEKEEPING): Command => ({
  check: () => true,
  async run(_model, { folder }) {
    for (const args of HOUSEKEEPING[kind]) folder.repository.git(args)
  },
  toString: () => `git ${kind}`,
})

/** Reads while git moves the branch: each answer is wholly of before or wholly of after, and the next one of after. */
export const readWhileMoving = (tenant: TenantName, content: Content): Command => ({
  check: (model) => branchOf(model, tenant).head?.value !== null && branchOf(model, tenant).head !== null,
  async run(model, world) {
    const branch = branchOf(model, tenant)
    const before = branch.head!
    const { repository } = world.folder
    const after: Revision = { oid: commitObject(world, before.oid, content), ...content }
    const args = ['update-ref', refOf(tenant), after.oid, before.oid]
    const moving = promisify(execFile)('git', args, { cwd: repository.path, env: GIT_ENV })
    const answers = []
    for (let isMoved = false; !isMoved; ) {
      // A turn of the event loop, in which git's end can arrive; answers from memory take none.
      isMoved = await Promise.race([moving.then(() => true), setImmediate(false)])
      answers.push(...(await Promise.all([read(world, tenant), read(world, tenant)])))
    }
    const strange = answers.filter((answer) => !isOneOf(answer, tenant, [before, after]))
    expect(strange).toEqual([])
    model.set(tenant, { ...moved(branch, after), isKnown: true, good: before })
    await expectRead(model, world, tenant)
  },
  toString: () => `reads of ${tenant} while git moves it to ${content.text}`,
})

/** A commit that no branch holds yet. */
export function commitObject({ folder: { repository } }: World, parent: string, { text }: Content): string {
  const blob = repository.git(['hash-object', '-w', '--stdin'], text)
  const config = repository
    .git(['ls-tree', `${parent}:config`])
    .split('\n')
    .filter((line) => !line.endsWith('\town.json'))
  const folder = repository.git(['mktree'], [...config, `100644 blob ${blob}\town.json`, ''].join('\n'))
  const top = repository
    .git(['ls-tree', parent])
    .split('\n')
    .filter((line) => !line.endsWith('\tconfig'))
  const tree = repository.git(['mktree'], [...top, `040000 tree ${folder}\tconfig`, ''].join('\n'))
  return repository.git(['commit-tree', tree, '-p', parent, '-m', 'change'])
}
