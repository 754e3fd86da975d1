/**
 * The commits of a rollout, signed and in one durable pack, and what a killed process left of them.
 * Invariant: a `.keep` is removed only where it says that it is a rollout's.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import type { Merging, RunCommit } from '../../rollouts/runs/merging.ts'
import { signCommitPooled } from '../../signing/commit.ts'
import type { SigningKey } from '../../signing/ssh-key.ts'
import { commitBytes, type Identity } from '../objects/commit-bytes.ts'
import { objectId } from '../objects/object-id.ts'
import type { NewObject } from '../objects/pack-entry.ts'
import { writePack } from '../objects/pack-writer.ts'

export type RolloutCommits = Pick<Merging, 'write' | 'releaseAbandoned'>

/** Every `.keep` of a rollout begins so. */
const KEEP_PREFIX = 'rollout '

export type RolloutCommitDeps = { gitDir: string; by: Identity; key: SigningKey; clock: Pick<Clock, 'now'> }

export function openRolloutCommits({ gitDir, by, key, clock }: RolloutCommitDeps): RolloutCommits {
  return {
    async write(commits, keep) {
      const signed = await Promise.all(commits.map(signedCommit))
      // Each after the trees and blobs that it brings.
      const objects = commits.flatMap(({ objects: made }, i) => [...made, signed[i]!])
      const pack = await writePack(gitDir, objects, { keep })
      return { oids: new Map(commits.map(({ tenant }, i) => [tenant, signed[i]!.oid])), release: pack.release }
    },

    releaseAbandoned() {
      const folder = join(gitDir, 'objects', 'pack')
      for (const name of readdirSync(folder)) {
        const path = join(folder, name)
        if (name.endsWith('.keep') && textOf(path)?.startsWith(KEEP_PREFIX)) rmSync(path, { force: true })
      }
    },
  }

  async function signedCommit({ tree, parents, message }: RunCommit): Promise<NewObject> {
    const unsigned = commitBytes({ tree, parents, author: by, committer: by, atMs: clock.now(), message })
    const bytes = await signCommitPooled(unsigned, key)
    return { type: 'commit', oid: objectId('commit', bytes), bytes }
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}
