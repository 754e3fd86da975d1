import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCommitSignature, signCommit } from '../../src/signing/commit.ts'
import { fingerprint } from '../../src/signing/public-key.ts'
import { formatAllowedSigner } from '../../src/signing/signers/allowed-signers.ts'
import { formatPublicKey, generateSigningKey } from '../../src/signing/ssh-key.ts'
import { signSsh } from '../../src/signing/sshsig.ts'
import {
  bundleProgram,
  REAL_PROGRAM,
  type Repository,
  removeScratchFolders,
  runIn,
  SIGNER,
  scratchRepository,
} from './scratch.ts'

let ourProgram = ''
beforeAll(async () => {
  ourProgram = await bundleProgram()
})
afterAll(removeScratchFolders)

type Which = 'ours' | 'real'
const programOf = (which: Which): string => (which === 'ours' ? ourProgram : REAL_PROGRAM)
const BOTH: Which[] = ['real', 'ours']

/** An unsigned commit of the empty tree, with a message of several lines. */
function unsignedCommit({ work }: Repository, message = 'A change\n\nwith a body, größer ✓\n'): string {
  const tree = runIn(work, 'git', ['hash-object', '-t', 'tree', '-w', '--stdin']).out.trim()
  const ident = `Ops <${SIGNER}> 1770091506 +0000`
  return `tree ${tree}\nauthor ${ident}\ncommitter ${ident}\n\n${message}`
}

/** Writes a raw commit object and gives its id. */
function store({ work }: Repository, raw: Uint8Array | string): string {
  const stored = runIn(work, 'git', ['hash-object', '-t', 'commit', '-w', '--stdin'], raw)
  expect(stored.err).toBe('')
  return stored.out.trim()
}

/** The commit object with this signature in place of one that `signCommit` would make. */
function withSignature(unsigned: string, armored: string): string {
  const [headers, ...message] = unsigned.split('\n\n')
  return `${headers}\ngpgsig ${armored.trimEnd().replaceAll('\n', '\n ')}\n\n${message.join('\n\n')}`
}

const allowedLine = ({ key }: Repository, options = {}): string =>
  formatAllowedSigner({ principals: [SIGNER], namespaces: ['git'], publicKey: key.publicKey, ...options })

describe.each(BOTH)('git verify-commit by the %s program', (which) => {
  const good = (repository: Repository) =>
    `Good "git" signature for ${SIGNER} with ED25519 key ${fingerprint(repository.key.publicKey)}\n`

  function repositoryOf(): Repository {
    const repository = scratchRepository()
    repository.use(programOf(which))
    return repository
  }

  test('accepts a commit that was signed in process', () => {
    const repository = repositoryOf()
    const oid = store(repository, signCommit(unsignedCommit(repository), repository.key))
    expect(repository.git('verify-commit', oid)).toEqual({ code: 0, out: '', err: good(repository) })
    expect(repository.git('log', '-1', '--format=%G?|%GS|%GK|%GT', oid).out.trim()).toBe(
      `G|${SIGNER}|${fingerprint(repository.key.publicKey)}|fully`,
    )
    expect(repository.git('fsck', '--strict').code).toBe(0)
  })

  test.each(BOTH)('accepts a commit and a tag that git signed by the %s program', (signedBy) => {
    const repository = repositoryOf()
    repository.use(programOf(signedBy))
    expect(repository.git('commit', '--quiet', '-S', '--allow-empty', '-m', 'by git').err).toBe('')
    expect(repository.git('tag', '-s', '-m', 'a tag', 'v1').err).toBe('')
    repository.use(programOf(which))
    expect(repository.git('verify-commit', 'HEAD')).toEqual({ code: 0, out: '', err: good(repository) })
    expect(repository.git('verify-tag', 'v1').code).toBe(0)
  })

  test('refuses a message that was changed after it was signed', () => {
    const repository = repositoryOf()
    const raw = signCommit(unsignedCommit(repository, 'pay 10'), repository.key).toString()
    const oid = store(repository, raw.replace('pay 10', 'pay 99'))
    const outcome = repository.git('verify-commit', oid)
    expect(outcome.code).toBe(1)
    expect(outcome.err).toMatch(/^Could not verify signature\.\n/)
    expect(repository.git('log', '-1', '--format=%G?', oid).out.trim()).toBe('B')
  })

  test('refuses a signature made in the namespace "file"', () => {
    const repository = repositoryOf()
    repository.allow(allowedLine(repository, { namespaces: ['git', 'file'] }))
    const unsigned = unsignedCommit(repository)
    const [inFile, inGit] = ['file', 'git'].map((namespace) =>
      store(repository, withSignature(unsigned, signSsh(repository.key, namespace, unsigned))),
    )
    expect(repository.git('verify-commit', inFile!).code).toBe(1)
    expect(repository.git('verify-commit', inGit!).code).toBe(0)
  })

  test('refuses a key that may only sign in the namespace "file"', () => {
    const repository = repositoryOf()
    repository.allow(allowedLine(repository, { namespaces: ['file'] }))
    const oid = store(repository, signCommit(unsignedCommit(repository), repository.key))
    expect(repository.git('verify-commit', oid).code).toBe(1)
  })

  test('refuses a key that is no longer among the allowed signers', () => {
    const repository = repositoryOf()
    const oid = store(repository, signCommit(unsignedCommit(repository), repository.key))
    repository.allow(allowedLine(repository, { publicKey: generateSigningKey('').publicKey }))
    expect(repository.git('verify-commit', oid).code).toBe(1)
    expect(repository.git('log', '-1', '--format=%G?', oid).out.trim()).toBe('U')
  })

  test('refuses a commit from after the end or before the start of its key', () => {
    const repository = repositoryOf()
    const oid = store(repository, signCommit(unsignedCommit(repository), repository.key))
    const committedMs = 1770091506_000
    for (const [options, code] of [
      [{ validBeforeMs: committedMs - 1000 }, 1],
      [{ validBeforeMs: committedMs }, 0],
      [{ validAfterMs: committedMs }, 0],
      [{ validAfterMs: committedMs + 1000 }, 1],
    ] as const) {
      repository.allow(allowedLine(repository, options))
      expect({ options, code: repository.git('verify-commit', oid).code }).toEqual({ options, code })
    }
  })

  test('keeps old commits good when a key is replaced by another', () => {
    const repository = repositoryOf()
    const old = store(repository, signCommit(unsignedCommit(repository), repository.key))
    const next = generateSigningKey('next')
    const later = unsignedCommit(repository).replaceAll('1770091506', '1780000000')
    const [byNext, byOld] = [next, repository.key].map((key) => store(repository, signCommit(later, key)))
    const changeMs = 1775000000_000
    repository.allow(
      allowedLine(repository, { validBeforeMs: changeMs }) +
        allowedLine(repository, { validAfterMs: changeMs, publicKey: next.publicKey }),
    )
    expect(repository.git('verify-commit', old).code).toBe(0)
    expect(repository.git('verify-commit', byNext!).code).toBe(0)
    expect(repository.git('verify-commit', byOld!).code).toBe(1)
  })

  test('refuses a key of the revocation file', () => {
    const repository = repositoryOf()
    const oid = store(repository, signCommit(unsignedCommit(repository), repository.key))
    repository.git('config', 'gpg.ssh.revocationFile', '../keys/revoked')
    const revoked = join(repository.folder, 'keys/revoked')
    writeFileSync(revoked, `# gone\n${formatPublicKey(generateSigningKey('other'))}`)
    expect(repository.git('verify-commit', oid).code).toBe(0)
    writeFileSync(revoked, formatPublicKey(repository.key))
    expect(repository.git('verify-commit', oid).code).toBe(1)
    writeFileSync(revoked, 'no key\n')
    expect(repository.git('verify-commit', oid).code).toBe(1)
  })

  test('refuses everything where the allowed signers are gone', () => {
    const repository = repositoryOf()
    const oid = store(repository, signCommit(unsignedCommit(repository), repository.key))
    rmSync(join(repository.folder, 'keys/allowed_signers'))
    expect(repository.git('verify-commit', oid).code).toBe(1)
  })
})

test('git, our program and the process sign the same bytes with the same signature', () => {
  const repository = scratchRepository()
  repository.use(ourProgram)
  const commit = (...args: string[]) => {
    repository.git('update-ref', '-d', 'HEAD')
    expect(repository.git('commit', '--quiet', '--allow-empty', '-m', 'same', ...args).err).toBe('')
    return repository.git('cat-file', 'commit', 'HEAD').out
  }
  const unsigned = commit('--no-gpg-sign')
  const signed = commit('-S')
  expect(signCommit(unsigned, repository.key).toString()).toBe(signed)
  repository.use(REAL_PROGRAM)
  expect(commit('-S')).toBe(signed)
  expect(readCommitSignature(Buffer.from(signed))?.payload.toString()).toBe(unsigned)
})

test('our program needs no ssh-keygen on the machine', () => {
  const repository = scratchRepository()
  repository.use(ourProgram)
  const bin = join(repository.folder, 'bin')
  mkdirSync(bin)
  symlinkSync(process.execPath, join(bin, 'node'))
  symlinkSync(runIn('/', 'which', ['git']).out.trim(), join(bin, 'git'))
  const git = (...args: string[]) => runIn(repository.work, 'git', args, '', bin)
  expect(git('commit', '--quiet', '-S', '--allow-empty', '-m', 'x')).toEqual({ code: 0, out: '', err: '' })
  expect(git('verify-commit', 'HEAD').code).toBe(0)
  repository.use(REAL_PROGRAM)
  expect(git('verify-commit', 'HEAD').err).toContain('cannot run ssh-keygen')
})

test('a literal public key, which means an agent, is refused with what to set instead', () => {
  const repository = scratchRepository()
  repository.use(ourProgram)
  repository.git('config', 'user.signingkey', repository.key.publicKey)
  const outcome = repository.git('commit', '-S', '--allow-empty', '-m', 'x')
  expect(outcome.code).toBe(128)
  expect(outcome.err).toContain('set user.signingkey to the path of a private key')
})
