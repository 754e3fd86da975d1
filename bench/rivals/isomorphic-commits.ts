/**
 * What one writes a commit with in Node without this product: a file into a work tree, `add`, `commit`. One at a time, as
 * isomorphic-git moves refs without compare-and-swap and loses commits that are made at once; with its cache, unsigned,
 * and without anything fsynced or validated.
 */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import git from 'isomorphic-git'

const ADA = { name: 'Ada', email: 'ada@example.com' }

/** Commits on a branch of a clone of `reposDir` at `dir`; each call is one commit. */
export function openRival(reposDir: string, dir: string, branch: string): (content: string) => Promise<void> {
  execFileSync('git', ['clone', '--quiet', '--branch', branch, reposDir, dir])
  const cache = {}
  const filepath = 'config/customer.json'
  return async (content) => {
    await fs.promises.writeFile(join(dir, filepath), content)
    await git.add({ fs, dir, filepath, cache })
    await git.commit({ fs, dir, cache, message: 'Change the customer', author: ADA })
  }
}
