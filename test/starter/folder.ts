/** A folder of files, checked and compiled by the code that serves tenants. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished } from 'vitest'
import { createCompiler } from '../../src/app/compiler.ts'
import { packageFile } from '../../src/boot/package-files.ts'
import { createSnapshotBuilder } from '../../src/snapshots/build.ts'
import { openFolder } from '../../src/snapshots/folder-source.ts'
import type { Content } from '../../src/snapshots/snapshot.ts'

export const STARTER = packageFile('starter')

const compiler = createCompiler()
afterAll(() => compiler.close())

/** A copy of the starter with more files, which goes away with the test that asks for it. */
export function starterWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-files-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(STARTER, folder, { recursive: true })
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
  return folder
}

/** The content of a folder that must be valid. */
export async function contentOf(path: string): Promise<Content> {
  const { source, root } = openFolder(path)
  const built = await createSnapshotBuilder(source, compiler.compile).build(root)
  return built.kind === 'content' ? built.content : expect.fail(JSON.stringify(built.problems, null, 2))
}
