/** Objects that go from their small packs to a lasting one while git repacks. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLasting } from '../../src/git/lasting.ts'
import { objectId } from '../../src/git/objects/object-id.ts'
import type { NewObject } from '../../src/git/objects/pack-entry.ts'
import { openSmallPacks, smallPack } from '../../src/git/objects/small-pack.ts'
import type { Oid, RefName } from '../../src/kernel/ids.ts'
import { createRefRig, type RefRig } from '../support/ref-rig.ts'

let rig: RefRig
beforeEach(() => {
  rig = createRefRig()
})
afterEach(() => rig.remove())

/** A commit on `parent` as the service makes it, in a small pack, with its branch moved to it. */
async function placed(small: ReturnType<typeof openSmallPacks>, ref: RefName, subject: string): Promise<NewObject> {
  const { repository, writer, first } = rig
  const tree = repository.git(['rev-parse', `${first}^{tree}`])
  const by = 'Espalier <espalier@example.com> 1767225600 +0000'
  const bytes = Buffer.from(`tree ${tree}\nparent ${first}\nauthor ${by}\ncommitter ${by}\n\n${subject}\n`)
  const commit: NewObject = { type: 'commit', oid: objectId('commit', bytes), bytes }
  small.place(smallPack([commit]))
  const [outcome] = await writer.move([{ ref, from: null, to: commit.oid, message: 'commit' }])
  expect(outcome).toEqual({ kind: 'moved' })
  return commit
}

test.each([1, 3])('a repack between the two, of %i small packs, loses nothing', async (count) => {
  const { repository, refs, writer } = rig
  const small = openSmallPacks(repository.gitDir)
  const commits: NewObject[] = []
  for (let i = 0; i < count; i += 1) {
    commits.push(await placed(small, `refs/heads/customer/t${i}` as RefName, `commit ${i}`))
  }
  const repacking = {
    ...small,
    remove(names: readonly string[], lasting: string | undefined) {
      repository.git(['repack', '-a', '-d', '-q'])
      small.remove(names, lasting)
    },
  }
  const deps = { gitDir: repository.gitDir, refs, writer, contains: async () => false }
  await openLasting({ ...deps, small: repacking }).keepObjects(
    commits,
    commits.map((commit) => smallPack([commit]).name),
  )

  for (const { oid } of commits) expect(repository.git(['cat-file', '-t', oid satisfies Oid])).toBe('commit')
  repository.git(['fsck', '--full', '--strict'])
  const packs = join(repository.gitDir, 'objects/pack')
  expect(readdirSync(packs).filter((name) => name.endsWith('.keep'))).toEqual([])
  repository.git(['repack', '-a', '-d', '-q'])
  expect(readdirSync(packs).filter((name) => name.endsWith('.pack'))).toHaveLength(1)
})
