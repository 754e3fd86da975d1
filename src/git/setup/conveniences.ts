/**
 * What makes an ordinary clone of the repository pleasant to work in: a remote to push to, an identity, signed commits.
 * Each is set only where the person has set nothing, and repaired at every start; simple-git does it, as a person would.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { delimiter, join, relative, resolve } from 'node:path'
import { type SimpleGit, simpleGit } from 'simple-git'
import { StartRefused } from '../../kernel/start-refused.ts'
import { createKeyFiles, readKeyFile } from '../../signing/key-file.ts'
import { formatAllowedSigner } from '../../signing/signers/allowed-signers.ts'
import { generateSigningKey, type SigningKey } from '../../signing/ssh-key.ts'
import type { Identity } from '../objects/commit-bytes.ts'
import type { RepositoryLayout } from './layout.ts'

/** Who signs and commits where nobody has said who they are. */
export const OPERATOR: Identity = { name: 'Espalier Operator', email: 'operator@espalier.invalid' }

/** Who commits and signs what comes through the API: a key of its own tells it from what a person has signed. */
export const SERVICE: Identity = { name: 'Espalier', email: 'service@espalier.invalid' }

export type KeyPaths = { key: string; serviceKey: string; allowedSigners: string }

export const keyPathsIn = (dataDir: string): KeyPaths => ({
  key: join(dataDir, 'keys', 'operator'),
  serviceKey: join(dataDir, 'keys', 'service'),
  allowedSigners: join(dataDir, 'keys', 'allowed_signers'),
})

/** The operator's signing key, made at the first call, and its line in allowed_signers. */
export const operatorKey = ({ key, allowedSigners }: KeyPaths): SigningKey => signingKey(key, OPERATOR, allowedSigners)

/** The same of the service. */
export const serviceKey = ({ serviceKey: path, allowedSigners }: KeyPaths): SigningKey =>
  signingKey(path, SERVICE, allowedSigners)

function signingKey(path: string, { email }: Identity, allowedSigners: string): SigningKey {
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
  if (!existsSync(path)) createKeyFiles(path, generateSigningKey(email))
  const reading = readKeyFile(path)
  if (reading.kind === 'invalid') {
    throw new StartRefused(
      `The signing key ${path} cannot be used: ${reading.reason}. Restore it, or delete it for a new one.`,
    )
  }
  const line = formatAllowedSigner({
    principals: [email],
    namespaces: ['git'],
    publicKey: reading.key.publicKey,
  })
  // Earlier keys stay: what they signed still verifies.
  const known = existsSync(allowedSigners) ? readFileSync(allowedSigners, 'utf8') : ''
  if (!known.includes(reading.key.publicKey)) appendFileSync(allowedSigners, line, { mode: 0o644 })
  return reading.key
}

export type Conveniences = {
  layout: RepositoryLayout
  dataDir: string
  keys: KeyPaths
  /** Signs and verifies where `ssh-keygen` is not installed: Debian only recommends it beside git. */
  signerProgram: string
}

/** Sets what is not set: an origin to push to, who commits, and how commits are signed. What a person has set stays. */
export async function ensureConveniences({ layout, dataDir, keys, signerProgram }: Conveniences): Promise<void> {
  // gpg.ssh.program is the product's own file, never a string of a tenant's.
  const git = simpleGit({ baseDir: layout.top, unsafe: { allowUnsafeGpgProgram: true } })
  const { values, all } = await git.listConfig()
  const isSet = (name: string): boolean => all[name] !== undefined
  const own = values[join(layout.gitDir, 'config')] ?? values['.git/config'] ?? values.config ?? {}

  if (!isSet('remote.origin.url')) await addOrigin(git, join(dataDir, 'origin.git'), layout)
  else if (own['remote.origin.url'] === originPath(dataDir, layout)) await ensureBare(join(dataDir, 'origin.git'))
  if (!isSet('push.autosetupremote')) await git.addConfig('push.autoSetupRemote', 'true')
  if (!isSet('user.name')) await git.addConfig('user.name', OPERATOR.name)
  if (!isSet('user.email')) await git.addConfig('user.email', OPERATOR.email)

  // Paths are relative to the top of the work tree, where git runs: the whole folder can be moved.
  const key = relative(layout.top, keys.key)
  const signsHere = all['user.signingkey'] === key
  // Also for people who sign with a key of their own, or not at all: `git verify-commit` knows the service's commits.
  if (!isSet('gpg.ssh.allowedsignersfile') || signsHere) {
    await git.addConfig('gpg.ssh.allowedSignersFile', relative(layout.top, keys.allowedSigners))
    if (!isOnPath('ssh-keygen')) await git.addConfig('gpg.ssh.program', resolve(signerProgram))
  }
  if (isSet('commit.gpgsign') && !signsHere) return
  await git.addConfig('gpg.format', 'ssh')
  await git.addConfig('user.signingkey', key)
  await git.addConfig('commit.gpgsign', 'true')
}

const originPath = (dataDir: string, { top }: RepositoryLayout): string => relative(top, join(dataDir, 'origin.git'))

async function addOrigin(git: SimpleGit, path: string, layout: RepositoryLayout): Promise<void> {
  await ensureBare(path)
  await git.addRemote('origin', relative(layout.top, path))
}

async function ensureBare(path: string): Promise<void> {
  if (existsSync(join(path, 'HEAD'))) return
  mkdirSync(path, { recursive: true })
  await simpleGit({ baseDir: path }).init(true)
}

const isOnPath = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)))
