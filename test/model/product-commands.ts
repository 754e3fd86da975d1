/** What callers of the product do. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { GIT_ENV } from '../support/repository.ts'
import { expectRead } from './answers.ts'
import { type Branch, moved, type Revision } from './branch.ts'
import { type Command, commitObject } from './git-commands.ts'
import { branchOf, type Content, FILE, type TenantName, type World } from './world.ts'

export const readTenant = (tenant: TenantName): Command => ({
  check: () => true,
  run: (model, world) => expectRead(model, world, tenant),
  toString: () => `read ${tenant}`,
})

/** The product's memory is gone, and what it keeps is not. */
export const restart = (): Command => ({
  check: () => true,
  run: (_model, world) => world.restart(),
  toString: () => 'restart',
})

const blobOf = (text: string): string =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest('hex')

type Written = { status: number; revision: string }

async function put(world: World, tenant: TenantName, text: string, replacing: string): Promise<Written> {
  const answer = await world.send(tenant, `/api/v1/files/${FILE}`, {
    method: 'PUT',
    headers: { 'If-Match': `"${blobOf(replacing)}"` },
    body: text,
  })
  const { revision = '' } = (await answer.json()) as { revision?: string }
  return { status: answer.status, revision }
}

/** The branch after a write that was acknowledged: what it says is valid, and what was there before it has been seen. */
const written = (branch: Branch, revision: Revision): Branch => ({
  ...(revision.oid === branch.head?.oid ? branch : moved(branch, revision)),
  isKnown: true,
  good: revision,
})

export const write = (tenant: TenantName, content: Content): Command => ({
  check: (model) => branchOf(model, tenant).head !== null,
  async run(model, world) {
    const branch = branchOf(model, tenant)
    const before = branch.head!
    const { status, revision } = await put(world, tenant, content.text, before.text)
    expect(status).toBe(200)
    if (content.text === before.text) expect(revision).toBe(before.oid)
    expect(headOf(world, tenant)).toBe(revision)
    model.set(tenant, written(branch, { oid: revision, ...content }))
  },
  toString: () => `write ${content.text} to ${tenant}`,
})

/** What is not valid is refused whole. */
export const writeBroken = (tenant: TenantName, content: Content): Command => ({
  check: (model) => branchOf(model, tenant).head !== null,
  async run(model, world) {
    const branch = branchOf(model, tenant)
    const { status } = await put(world, tenant, content.text, branch.head!.text)
    // The very text that is there already is no change.
    expect(status).toBe(content.text === branch.head!.text ? 200 : 422)
    expect(headOf(world, tenant)).toBe(branch.head!.oid)
    await expectRead(model, world, tenant)
  },
  toString: () => `write ${content.text} to ${tenant}, which is refused`,
})

/** Made for a file that has changed since. */
export const writeStale = (tenant: TenantName, content: Content): Command => ({
  check: (model) => branchOf(model, tenant).past.some(({ text }) => isOther(model, tenant, text)),
  async run(model, world) {
    const branch = branchOf(model, tenant)
    const stale = branch.past.find(({ text }) => isOther(model, tenant, text))!
    const { status } = await put(world, tenant, content.text, stale.text)
    expect(status).toBe(412)
    expect(headOf(world, tenant)).toBe(branch.head!.oid)
    await expectRead(model, world, tenant)
  },
  toString: () => `write ${content.text} to ${tenant} for a file that has changed`,
})

const isOther = (model: Parameters<Command['run']>[0], tenant: TenantName, text: string): boolean => {
  const { head } = branchOf(model, tenant)
  return head !== null && head.text !== text
}

/** Two at once for the same file: one wins, the other is told. */
export const writeTwice = (tenant: TenantName, contents: readonly [Content, Content]): Command => ({
  check: (model) => branchOf(model, tenant).head !== null && contents.every(({ text }) => isOther(model, tenant, text)),
  async run(model, world) {
    const branch = branchOf(model, tenant)
    const answers = await Promise.all(contents.map(({ text }) => put(world, tenant, text, branch.head!.text)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412])
    const winner = answers.findIndex(({ status }) => status === 200)
    model.set(tenant, written(branch, { oid: answers[winner]!.revision, ...contents[winner]! }))
    await expectRead(model, world, tenant)
  },
  toString: () => `write ${contents.map(({ text }) => text).join(' and ')} to ${tenant} at once`,
})

/** The product and git move one branch at once: one of them wins, and the other is told. */
export const writeAgainstGit = (tenant: TenantName, [ours, theirs]: readonly [Content, Content]): Command => ({
  check: (model) => isOther(model, tenant, ours.text) && isOther(model, tenant, theirs.text),
  async run(model, world) {
    const branch = branchOf(model, tenant)
    const before = branch.head!
    const commit: Revision = { oid: commitObject(world, before.oid, theirs), ...theirs }
    const args = ['update-ref', `refs/heads/customer/${tenant}`, commit.oid, before.oid]
    const pushing = promisify(execFile)('git', args, { cwd: world.folder.repository.path, env: GIT_ENV }).then(
      () => true,
      () => false,
    )
    const [answer, isPushed] = await Promise.all([put(world, tenant, ours.text, before.text), pushing])
    expect([answer.status, isPushed]).toEqual(isPushed ? [412, true] : [200, false])
    const known = { ...branch, isKnown: true, good: before.value === null ? branch.good : before }
    const after = isPushed ? moved(known, commit) : written(branch, { oid: answer.revision, ...ours })
    expect(headOf(world, tenant)).toBe(after.head?.oid)
    model.set(tenant, after)
    await expectRead(model, world, tenant)
  },
  toString: () => `write ${ours.text} to ${tenant} while git commits ${theirs.text}`,
})

const headOf = ({ folder }: World, tenant: TenantName): string =>
  folder.repository.git(['rev-parse', `refs/heads/customer/${tenant}`])
