/** A repository in a folder of its own, and what reads and moves its refs in process. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRefWriter, type RefWriter } from '../../src/git/refs/ref-updates.ts'
import { createRefReader, type RefReader } from '../../src/git/refs/refs.ts'
import type { Oid } from '../../src/kernel/ids.ts'
import { createTestRepository, type TestRepository } from './repository.ts'

/** Who moves refs here, and when. */
const MOVER = { name: 'Espalier', email: 'espalier@example.com' }
const MOVED_AT = Date.parse('2026-03-01T12:00Z')

export type RefRig = {
  folder: string
  repository: TestRepository
  refs: RefReader
  writer: RefWriter
  /** The head of main. */
  first: Oid
  remove(): void
}

export function createRefRig(): RefRig {
  const folder = mkdtempSync(join(tmpdir(), 'refs-'))
  const repository = createTestRepository(join(folder, 'repos'))
  const { gitDir, path: workTree } = repository
  const refs = createRefReader(gitDir)
  const writer = openRefWriter({ gitDir, workTree, refs, by: MOVER, clock: { now: () => MOVED_AT } })
  const first = repository.git(['rev-parse', 'main']) as Oid
  return { folder, repository, refs, writer, first, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
