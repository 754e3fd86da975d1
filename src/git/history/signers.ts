/**
 * Who may sign commits: the product's own allowed_signers file, and the one that the repository's configuration names,
 * which `git verify-commit` reads. Re-read when a file has changed; what the configuration names is asked once.
 */
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Signers } from '../../history/signature.ts'
import { parseAllowedSigners } from '../../signing/signers/allowed-signers.ts'
import { GitFailure, runGit } from '../run.ts'

/** A file that is younger may be written again within one tick of its clock (refs.ts). */
const SETTLE_MS = 20

/** @param top where git runs: paths in its configuration are relative to it */
export function openSigners({ top, allowedSigners }: { top: string; allowedSigners: string }): () => Promise<Signers> {
  let configured: Promise<Configured> | undefined
  let known: Signers | undefined

  return async () => {
    configured ??= readConfigured(top).catch((error: unknown) => {
      configured = undefined
      throw error
    })
    const { allowedSignersFile, revocationFile } = await configured
    const files = [...new Set([allowedSigners, ...allowedSignersFile])]
    const version = [...files, ...revocationFile].map(stampOf).join(' ')
    if (known?.version === version && !version.includes(UNSETTLED)) return known
    known = {
      allowed: parseAllowedSigners(files.map(textOf).join('\n')),
      revoked: revocationFile.length === 0 ? undefined : revocationFile.map(textOf).join('\n'),
      version,
    }
    return known
  }
}

type Configured = { allowedSignersFile: string[]; revocationFile: string[] }

async function readConfigured(top: string): Promise<Configured> {
  const one = async (name: string): Promise<string[]> => {
    try {
      const value = await runGit({ cwd: top, args: ['config', '--type=path', '--null', '--get', name] })
      return [resolve(top, value.toString('utf8').replace(/\0$/, ''))]
    } catch (error) {
      // 1: it is not set.
      if (error instanceof GitFailure && error.exitCode === 1) return []
      throw error
    }
  }
  return {
    allowedSignersFile: await one('gpg.ssh.allowedSignersFile'),
    revocationFile: await one('gpg.ssh.revocationFile'),
  }
}

const UNSETTLED = 'unsettled'

function stampOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) return 'absent'
  const { mtimeMs, ctimeMs, ino, size } = stats
  return `${mtimeMs}:${ctimeMs}:${ino}:${size}${Date.now() - mtimeMs > SETTLE_MS ? '' : UNSETTLED}`
}

/** A list that is gone lets nobody sign, and a list of revoked keys that cannot be read refuses every key. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return UNREADABLE_LIST
  }
}

/** No line of allowed signers, and no public key either: both readers refuse what it might have said. */
const UNREADABLE_LIST = 'unreadable'
