/** Attack 25 and its relatives: each commit is judged as `git verify-commit` judges it, and the reason is said. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signCommit } from '../../src/signing/commit.ts'
import { fingerprint } from '../../src/signing/public-key.ts'
import { formatAllowedSigner } from '../../src/signing/signers/allowed-signers.ts'
import { formatPublicKey, generateSigningKey, type SigningKey } from '../../src/signing/ssh-key.ts'
import { signSsh } from '../../src/signing/sshsig.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

type Signature = { state: string; principal?: string; fingerprint?: string; reason?: string }

const SIGNER = 'ops@example.org'
const COMMITTED_MS = 1_770_091_506_000
const key = generateSigningKey('ops')
const stranger = generateSigningKey('stranger')

let app: TestApp
let signersPath: string

beforeAll(async () => {
  app = await createTestApp()
  signersPath = join(app.folder.path, 'data/keys/allowed_signers')
  app.repository.git(['config', 'gpg.format', 'ssh'])
  app.repository.git(['config', 'gpg.ssh.allowedSignersFile', signersPath])
  app.repository.git(['config', 'gpg.ssh.revocationFile', join(app.folder.path, 'revoked')])
  revoke('')
})
afterAll(() => app.close())

const allow = (text: string): void => writeFileSync(signersPath, text)
const revoke = (text: string): void => writeFileSync(join(app.folder.path, 'revoked'), text)
const line = (options = {}, { publicKey }: SigningKey = key): string =>
  formatAllowedSigner({ principals: [SIGNER], namespaces: ['git'], publicKey, ...options })

function unsigned(message = 'pay 10\n'): string {
  const tree = app.repository.git(['rev-parse', 'main^{tree}'])
  const who = `Ops <${SIGNER}> ${COMMITTED_MS / 1000} +0000`
  return `tree ${tree}\nauthor ${who}\ncommitter ${who}\n\n${message}`
}

/** A commit whose signature stands where Git puts it, whoever made it. */
function withSignature(commit: string, armored: string): string {
  const [headers, message] = commit.split('\n\n')
  return `${headers}\ngpgsig ${armored.trimEnd().replaceAll('\n', '\n ')}\n\n${message}`
}

/** What the API says of `raw` as the head of a branch, and whether `git verify-commit` takes it. */
async function judged(raw: Uint8Array | string): Promise<{ git: boolean; signature: Signature }> {
  const id = app.repository.git(['hash-object', '-t', 'commit', '-w', '--stdin'], raw)
  app.repository.git(['update-ref', 'refs/heads/customer/t', id])
  const answer = await app.request('t', '/api/v1/history?pageSize=1')
  const { items } = (await answer.json()) as { items: { id: string; signature: Signature }[] }
  expect(items[0]?.id).toBe(id)
  let git = true
  try {
    app.repository.git(['verify-commit', id])
  } catch {
    git = false
  }
  return { git, signature: items[0]!.signature }
}

const signed = (): Buffer => signCommit(unsigned(), key)
const ours = { fingerprint: fingerprint(key.publicKey) }

test('a commit signed by an allowed key is verified, and says by whom', async () => {
  allow(line())
  expect(await judged(signed())).toEqual({
    git: true,
    signature: { state: 'verified', principal: SIGNER, ...ours },
  })
})

test('a commit without a signature is unsigned', async () => {
  expect(await judged(unsigned())).toEqual({ git: false, signature: { state: 'unsigned' } })
})

const REFUSED: readonly [string, () => { signers?: string; revoked?: string; raw: Uint8Array | string }, RegExp][] = [
  [
    'in the namespace "file"',
    () => ({
      signers: line({ namespaces: ['git', 'file'] }),
      raw: withSignature(unsigned(), signSsh(key, 'file', unsigned())),
    }),
    /not for the namespace "git"/,
  ],
  [
    'by a key that may only sign files',
    () => ({ signers: line({ namespaces: ['file'] }), raw: signed() }),
    /may not sign in the namespace "git"/,
  ],
  [
    'by a key that was removed',
    () => ({ signers: line({}, stranger), raw: signed() }),
    /not among the allowed signers/,
  ],
  ['by a key that nobody knows', () => ({ raw: signCommit(unsigned(), stranger) }), /not among the allowed signers/],
  [
    'by a key that had expired then',
    () => ({ signers: line({ validBeforeMs: COMMITTED_MS - 1000 }), raw: signed() }),
    /has expired/,
  ],
  [
    'by a key that was not yet good',
    () => ({ signers: line({ validAfterMs: COMMITTED_MS + 1000 }), raw: signed() }),
    /not yet valid/,
  ],
  ['by a key that was revoked', () => ({ revoked: formatPublicKey(key), raw: signed() }), /revoke/],
  ['and changed afterwards', () => ({ raw: signed().toString().replace('pay 10', 'pay 99') }), /does not fit/],
  [
    'with a signature that is cut',
    () => ({
      raw: signed()
        .toString()
        .replace(/\n [^\n]+\n -----END/, '\n -----END'),
    }),
    /./,
  ],
  [
    'with OpenPGP',
    () => ({ raw: withSignature(unsigned(), '-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----') }),
    /OpenPGP.*only SSH/,
  ],
  ['while nobody may sign', () => ({ signers: '', raw: signed() }), /not among the allowed signers/],
]

test.each(REFUSED)('a commit signed %s is unverified', async (_how, given, reason) => {
  const { signers = line(), revoked = '', raw } = given()
  allow(signers)
  revoke(revoked)
  const { git, signature } = await judged(raw)
  expect({ git, signature }).toEqual({
    git: false,
    signature: expect.objectContaining({ state: 'unverified', reason: expect.stringMatching(reason) }),
  })
  revoke('')
})

test('a verdict changes with the list of signers, at once', async () => {
  const raw = signed()
  allow(line())
  expect((await judged(raw)).signature.state).toBe('verified')
  allow(line({ validBeforeMs: COMMITTED_MS - 1000 }))
  expect((await judged(raw)).signature.state).toBe('unverified')
  allow(line({ validBeforeMs: COMMITTED_MS }))
  expect(await judged(raw)).toMatchObject({ git: true, signature: { state: 'verified' } })
  rmSync(signersPath)
  expect(await judged(raw)).toMatchObject({ git: false, signature: { state: 'unverified' } })
})

test('a key that was replaced keeps what it signed before good', async () => {
  const next = generateSigningKey('next')
  allow(line({ validBeforeMs: COMMITTED_MS + 1000 }) + line({ validAfterMs: COMMITTED_MS + 1000 }, next))
  expect(await judged(signed())).toMatchObject({ git: true, signature: { state: 'verified' } })
  expect(await judged(signCommit(unsigned(), next))).toMatchObject({ git: false, signature: { state: 'unverified' } })
})

test('the principal is whom the list lets the key sign for, whoever committed', async () => {
  allow(line({ principals: ['someone-else@example.org'] }))
  expect(await judged(signed())).toMatchObject({ git: true, signature: { principal: 'someone-else@example.org' } })
})
