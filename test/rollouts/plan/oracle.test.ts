/** The planner beside `git merge-tree`, in a repository where no driver, attribute or configuration of anybody's counts. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFixture } from '../../../bench/fixture.ts'
import { changeTrunk } from '../../../bench/trunk-change.ts'
import { createCompiler } from '../../../src/app/compiler.ts'
import { parseDocument } from '../../../src/documents/parse.ts'
import { parseTree } from '../../../src/git/objects/tree-bytes.ts'
import { headsBelow } from '../../../src/git/refs/tenant-heads.ts'
import { openPlanner } from '../../../src/git/rollouts/open-planner.ts'
import type { Oid, RefName, TenantId } from '../../../src/kernel/ids.ts'
import type { Merged, PlannedTenant, Target } from '../../../src/rollouts/plan/plan.ts'
import type { RolloutPlanner } from '../../../src/rollouts/plan/planner.ts'
import { PROJECT } from '../../support/checkout.ts'
import { GIT_ENV } from '../../support/repository.ts'
import { randomHistory, randomOf } from './random-histories.ts'

const isSoak = process.env.ESPALIER_SOAK === '1'
const CASES = isSoak ? 2_000 : 60
const SEED = isSoak ? Date.now() % 1_000_000 : 1

let folder: string
let gitDir: string
let compiler: ReturnType<typeof createCompiler>
let planner: RolloutPlanner & { close(): void }

const git = (args: readonly string[], { cwd = gitDir, input = '' } = {}): string =>
  execFileSync('git', args, { cwd, env: GIT_ENV, input, stdio: 'pipe', maxBuffer: 1 << 28 }).toString()

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'espalier-oracle-'))
  gitDir = join(folder, 'repository')
  mkdirSync(gitDir)
  git(['init', '--quiet', '--bare', '--initial-branch=main'])
  compiler = createCompiler()
  planner = openPlanner(gitDir, compiler)
})
afterAll(async () => {
  planner.close()
  await compiler.close()
  rmSync(folder, { recursive: true, force: true })
})

type Native = { tree: string; isClean: boolean; gitDir: string }

/** `git merge-tree` of pairs of commits, in a bare repository that borrows the objects. */
function nativeMerges(pairs: readonly (readonly [ours: string, theirs: string])[], from = gitDir): Native[] {
  const scratch = mkdtempSync(join(folder, 'scratch-'))
  git(['init', '--quiet', '--bare'], { cwd: scratch })
  writeFileSync(join(scratch, 'objects/info/alternates'), `${join(from, 'objects')}\n`)
  const pins = ['-c', 'merge.renames=true', '-c', 'merge.directoryRenames=conflict']
  const input = pairs.map(([ours, theirs]) => `${ours} ${theirs}\n`).join('')
  const fields = git([...pins, 'merge-tree', '--write-tree', '--no-messages', '--stdin'], {
    cwd: scratch,
    input,
  }).split('\0')
  const merges: Native[] = []
  for (let at = 0; at < fields.length - 1; ) {
    merges.push({ isClean: fields[at] === '1', tree: fields[at + 1]!, gitDir: scratch })
    at = fields.indexOf('', at) + 1
  }
  return merges
}

const target = (ref: string, head: string): Target => ({
  tenant: ref.split('/').at(-1) as TenantId,
  ref: ref as RefName,
  head: head as Oid,
  hold: null,
  reapply: null,
  decisions: new Map(),
})

async function planOf(trunk: string, targets: readonly Target[]): Promise<PlannedTenant[]> {
  const planned: PlannedTenant[] = []
  for await (const group of planner.plan(trunk as Oid, targets)) planned.push(...group)
  return planned
}

/** What stands at `path` of a tree whose new objects are not written. */
function fileOf({ tree, objects }: Pick<Merged, 'tree' | 'objects'>, path: string, cwd = gitDir): Buffer {
  const read = (type: string, oid: string): Buffer => {
    const made = objects.find((object) => object.oid === oid)
    return made ? Buffer.from(made.bytes) : execFileSync('git', ['cat-file', type, oid], { cwd, env: GIT_ENV })
  }
  let oid: string = tree
  for (const name of path.split('/')) oid = parseTree(read('tree', oid)).find((entry) => entry.name === name)?.oid ?? ''
  return read('blob', oid)
}

const MANY = 8

describe(`${CASES} random histories (seed ${SEED})`, () => {
  test('the tree is that of git merge-tree wherever git merges cleanly, but for files that git merges wrongly', async () => {
    const stream = Array.from({ length: CASES }, (_, i) => [...randomHistory(`case-${i}`, randomOf(SEED + i))].join(''))
    git(['fast-import', '--quiet', '--force'], { input: stream.join('') })
    const heads = new Map((await headsBelow(gitDir, 'refs/heads/')).map(({ ref, head }) => [ref as string, head]))
    const pairs = Array.from({ length: CASES }, (_, i) => ({
      ref: `refs/heads/customer/case-${i}`,
      head: heads.get(`refs/heads/customer/case-${i}`)!,
      trunk: heads.get(`refs/heads/trunks/case-${i}`)!,
    }))
    const natives = nativeMerges(pairs.map(({ head, trunk }) => [head, trunk]))
    expect(natives).toHaveLength(CASES)
    const seen = { clean: 0, conflict: 0, byStructure: 0, better: 0 }
    for (const [i, { ref, head, trunk }] of pairs.entries()) {
      const [planned] = await planOf(trunk, [target(ref, head)])
      const { outcome } = planned!
      // Of many together, Git tells how their trees differ; of one they are read.
      const together = await planOf(trunk, Array(MANY).fill(target(ref, head)))
      expect(together, `case ${i} of seed ${SEED}, among others`).toEqual(Array(MANY).fill(planned))
      const native = natives[i]!
      const about = `case ${i} of seed ${SEED}: ${outcome.kind}`
      if (outcome.kind === 'noop') continue
      if (!native.isClean) {
        seen[outcome.kind === 'conflict' ? 'conflict' : 'better'] += 1
        continue
      }
      expect(outcome.kind, about).not.toBe('conflict')
      if (!('merged' in outcome)) continue
      seen.clean += 1
      if (outcome.merged.tree === native.tree) continue
      seen.byStructure += 1
      requireReason(planned!, native, about)
    }
    expect(seen.clean).toBeGreaterThan(CASES / 6)
    expect(seen.conflict).toBeGreaterThan(0)
  }, 600_000)

  /** Another tree is right only where git's text is none, or holds another value than the merge of the values. */
  function requireReason(planned: PlannedTenant, native: Native, about: string): void {
    const { outcome } = planned
    expect(outcome.kind, about).toBe('structural')
    if (outcome.kind !== 'structural') return
    const made = outcome.merged
    for (const path of outcome.paths) {
      const theirs = parseDocument(path, fileOf({ tree: native.tree as Oid, objects: [] }, path, native.gitDir))
      const ours = parseDocument(path, fileOf(made, path))
      expect(ours.kind, about).toBe('document')
      const isSame = theirs.kind === 'document' && ours.kind === 'document'
      if (isSame) expect(isDeepStrictEqual(theirs.document.value, ours.document.value), about).toBe(false)
    }
  }
})

describe('a trunk with files of every kind and many tenants', () => {
  const TENANTS = isSoak ? 10_000 : 40

  test('all trees are those of git merge-tree', async () => {
    const reposDir = join(folder, 'fixture')
    await createFixture({ reposDir, starterDir: join(PROJECT, 'starter'), tenants: TENANTS })
    changeTrunk(reposDir)
    const run = (args: readonly string[]): string => git(args, { cwd: reposDir })
    run(['update-ref', '-d', 'refs/heads/customer/starter-only'])
    const trunk = run(['rev-parse', 'main']).trim()
    const heads = await headsBelow(join(reposDir, '.git'), 'refs/heads/customer/')
    const natives = nativeMerges(
      heads.map(({ head }) => [head, trunk]),
      join(reposDir, '.git'),
    )
    const own = openPlanner(join(reposDir, '.git'), compiler)
    try {
      const trees: string[] = []
      for await (const group of own.plan(
        trunk as Oid,
        heads.map(({ ref, head }) => target(ref, head)),
      )) {
        trees.push(...group.map(({ outcome }) => (outcome.kind === 'clean' ? outcome.merged.tree : outcome.kind)))
      }
      expect(trees).toEqual(natives.map(({ tree }) => tree))
      expect(trees).toHaveLength(TENANTS)
    } finally {
      own.close()
    }
  }, 600_000)
})
