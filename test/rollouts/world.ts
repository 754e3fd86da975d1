/** A repository with tenants of their own, and what has to hold of it however often a process was killed over it. */
import { readdirSync } from 'node:fs'
import { expect } from 'vitest'
import type { Folder } from '../support/folder.ts'
import { GIT_ENV } from '../support/repository.ts'
import { run } from '../support/run.ts'

export type Body = Record<string, unknown>

/** @throws where the answer is no success */
export async function send(url: string, method: string, path: string, body?: object): Promise<Body> {
  const answer = await fetch(`${url}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return text === '' ? {} : (JSON.parse(text) as Body)
}

export const branchOf = (tenant: string): string => `customer/${tenant}`

/** Nothing is corrupt, and nobody left a lock or keeps a pack from `git gc`. */
export async function expectSound(folder: Folder): Promise<void> {
  const { path, gitDir } = folder.repository
  const checked = await run(['git', 'fsck', '--strict', '--no-dangling', '--no-progress'], { cwd: path, env: GIT_ENV })
  expect(checked, checked.stderr).toMatchObject({ code: 0 })
  const left = readdirSync(gitDir, { recursive: true }).filter((name) => /\.(?:lock|keep)$/.test(String(name)))
  expect(left).toEqual([])
}

/** How many commits of all branches together are merges of this run. */
export function mergeCount(folder: Folder, run: string): number {
  const grep = `--grep=^Rollout-Id: ${run}$`
  return Number(folder.repository.git(['rev-list', '--count', '--merges', '--branches=customer', grep]))
}

/** The text of one file in each branch, by tenant; undefined where it is not there. */
export function filesOf(folder: Folder, tenants: readonly string[], path: string): Map<string, string | undefined> {
  const asked = tenants.map((tenant) => `${branchOf(tenant)}:${path}\n`).join('')
  const answers = folder.repository
    .git(['cat-file', '--batch=%(objecttype)%(rest)'], asked)
    .split(/^blob$/m)
    .slice(1)
  expect(answers).toHaveLength(tenants.length)
  return new Map(tenants.map((tenant, i) => [tenant, answers[i]?.trim()]))
}
