/**
 * Whatever people, git and callers do in whatever order, no answer is stale, foreign or of a change that was refused, and
 * nothing that was acknowledged is lost: random interleavings, compared with a model of a few lines (branch.ts).
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectRead } from './answers.ts'
import {
  type Command,
  deleteBranch,
  gitCommit,
  HOUSEKEEPING,
  housekeeping,
  pointBack,
  readWhileMoving,
} from './git-commands.ts'
import { readTenant, restart, write, writeAgainstGit, writeBroken, writeStale, writeTwice } from './product-commands.ts'
import { broken, type Content, good, newModel, openWorld, TENANTS, type TenantName } from './world.ts'

const RUNS = process.env.ESPALIER_SOAK ? 300 : 12
const MAX_COMMANDS = 40
/** The same interleavings each time in CI, others each time in the soak. */
const SEED = process.env.ESPALIER_SOAK ? Date.now() % 2 ** 31 : 20_260_411
/** Without the commit graph that `git gc` leaves, which names commits that a later repack has thrown away. */
const FSCK = ['-c', 'core.commitGraph=false', 'fsck', '--full', '--no-dangling', '--no-progress']

const tenants = fc.constantFrom(...TENANTS)
const values = fc.nat({ max: 5 })
type Making = (tenant: TenantName, value: number) => Content

const about = (make: (tenant: TenantName, content: Content) => Command, content: Making) =>
  fc.tuple(tenants, values).map(([tenant, value]) => make(tenant, content(tenant, value)))

const aboutTwo = (make: (tenant: TenantName, contents: readonly [Content, Content]) => Command) =>
  fc.tuple(tenants, values).map(([tenant, value]) => make(tenant, [good(tenant, value), good(tenant, value + 10)]))

const COMMANDS: fc.Arbitrary<Command>[] = [
  tenants.map(readTenant),
  about(gitCommit, good),
  about(gitCommit, broken),
  about(write, good),
  about(writeBroken, broken),
  about(writeStale, good),
  aboutTwo(writeTwice),
  aboutTwo(writeAgainstGit),
  about(readWhileMoving, good),
  tenants.map(deleteBranch),
  fc.tuple(tenants, fc.nat({ max: 9 })).map(([tenant, nth]) => pointBack(tenant, nth)),
  fc.constantFrom(...(Object.keys(HOUSEKEEPING) as (keyof typeof HOUSEKEEPING)[])).map(housekeeping),
  fc.constant(restart()),
]

test('no interleaving shows anybody what is stale, lost or not theirs', { timeout: 1_800_000 }, async () => {
  let met = 0
  const property = fc.asyncProperty(
    fc.commands(COMMANDS, { maxCommands: MAX_COMMANDS, size: 'max' }),
    async (commands) => {
      const world = await openWorld()
      const model = newModel()
      try {
        await fc.asyncModelRun(() => ({ model, real: world }), commands)
        for (const tenant of TENANTS) await expectRead(model, world, tenant)
        expect(world.folder.repository.git(FSCK)).toBe('')
        met += [...model.values()].filter(({ head }) => head).length
      } finally {
        await world.close()
      }
    },
  )
  await fc.assert(property, { seed: SEED, numRuns: RUNS, interruptAfterTimeLimit: 1_500_000 })
  expect(met).toBeGreaterThan(0)
})
