/** Temporary folders with Git repositories that know nothing of the machine's configuration, and the programs under test. */

import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { createKeyFiles } from '../../src/signing/key-file.ts'
import { formatAllowedSigner } from '../../src/signing/signers/allowed-signers.ts'
import { generateSigningKey, type SigningKey } from '../../src/signing/ssh-key.ts'

export const SIGNER = 'ops@example.org'
export const REAL_PROGRAM = 'ssh-keygen'

const folders: string[] = []

export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'signing-'))
  folders.push(folder)
  return folder
}

export function removeScratchFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** Bundles the signing program into an executable file and gives its path. */
export async function bundleProgram(): Promise<string> {
  const outfile = join(scratchFolder(), 'ssh-program.mjs')
  await build({
    entryPoints: ['src/signing/program/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: '#!/usr/bin/env node' },
  })
  chmodSync(outfile, 0o755)
  return outfile
}

export type Outcome = { code: number | null; out: string; err: string }

/** Runs a program with its input and without the machine's configuration; programs are looked up in `path`. */
export function runIn(
  cwd: string,
  program: string,
  args: readonly string[],
  input: string | Uint8Array = '',
  path = process.env.PATH,
): Outcome {
  const env = {
    PATH: path,
    HOME: cwd,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Ops',
    GIT_AUTHOR_EMAIL: SIGNER,
    GIT_AUTHOR_DATE: '2026-02-03T04:05:06Z',
    GIT_COMMITTER_NAME: 'Ops',
    GIT_COMMITTER_EMAIL: SIGNER,
    GIT_COMMITTER_DATE: '2026-02-03T04:05:06Z',
  }
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, input, encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

export type Repository = {
  /** Holds `work` (the work tree), `keys/operator[.pub]` and `keys/allowed_signers`. */
  folder: string
  work: string
  key: SigningKey
  git(...args: string[]): Outcome
  /** Makes `program` sign and verify. */
  use(program: string): void
  /** Replaces the allowed signers; without text, the operator alone. */
  allow(text?: string): void
}

/** A repository that signs its commits with a fresh key; paths in its configuration are relative. */
export function scratchRepository(): Repository {
  const folder = scratchFolder()
  const work = join(folder, 'work')
  const key = generateSigningKey('operator key')
  mkdirSync(join(folder, 'keys'))
  createKeyFiles(join(folder, 'keys/operator'), key)
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', work])
  const git = (...args: string[]) => runIn(work, 'git', args)
  const allow = (text = formatAllowedSigner({ principals: [SIGNER], namespaces: ['git'], publicKey: key.publicKey })) =>
    writeFileSync(join(folder, 'keys/allowed_signers'), text)
  allow()
  git('config', 'gpg.format', 'ssh')
  git('config', 'user.signingkey', '../keys/operator.pub')
  git('config', 'gpg.ssh.allowedSignersFile', '../keys/allowed_signers')
  return { folder, work, key, git, allow, use: (program) => void git('config', 'gpg.ssh.program', program) }
}
