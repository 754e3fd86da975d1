/** A reader that keeps nothing but what isomorphic-git keeps in its cache: every file of a tenant's tree, by id once. */
import fs from 'node:fs'
import { join } from 'node:path'
import git from 'isomorphic-git'

export function openPlainReader(reposDir: string): { read(tenant: string): Promise<number> } {
  const at = { fs, gitdir: join(reposDir, '.git'), cache: {} }
  const blobs = new Map<string, Uint8Array>()

  async function readTree(oid: string): Promise<number> {
    const { tree } = await git.readTree({ ...at, oid })
    const counts = await Promise.all(
      tree.map(async (entry) => {
        if (entry.type === 'tree') return readTree(entry.oid)
        if (!blobs.has(entry.oid)) blobs.set(entry.oid, (await git.readBlob({ ...at, oid: entry.oid })).blob)
        return 1
      }),
    )
    return counts.reduce((sum, count) => sum + count, 0)
  }

  return {
    /** How many files it has. */
    async read(tenant) {
      const oid = await git.resolveRef({ ...at, ref: `refs/heads/customer/${tenant}` })
      const { commit } = await git.readCommit({ ...at, oid })
      return readTree(commit.tree)
    },
  }
}
