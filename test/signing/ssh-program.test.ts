import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createKeyFiles } from '../../src/signing/key-file.ts'
import { main } from '../../src/signing/program/ssh-program.ts'
import { formatAllowedSigner } from '../../src/signing/signers/allowed-signers.ts'
import { formatPublicKey, generateSigningKey } from '../../src/signing/ssh-key.ts'
import { signSsh, verifySsh } from '../../src/signing/sshsig.ts'
import { type Outcome, removeScratchFolders, SIGNER, scratchFolder } from './scratch.ts'

afterAll(removeScratchFolders)

const nowMs = Date.UTC(2026, 5, 1)

async function run(args: string[], input = ''): Promise<Outcome> {
  let out = ''
  let err = ''
  const code = await main(args, {
    readInput: async () => Buffer.from(input),
    print: (text) => {
      out += text
    },
    complain: (text) => {
      err += text
    },
    now: () => nowMs,
  })
  return { code, out, err }
}

/** A folder with a key, a message, its signature and the allowed signers. */
function scene(options = {}) {
  const folder = scratchFolder()
  const key = generateSigningKey('')
  const paths = {
    key: join(folder, 'key'),
    message: join(folder, 'message'),
    signature: join(folder, 'message.sig'),
    signers: join(folder, 'allowed'),
  }
  createKeyFiles(paths.key, key)
  writeFileSync(paths.message, 'message')
  writeFileSync(paths.signers, formatAllowedSigner({ principals: [SIGNER], publicKey: key.publicKey, ...options }))
  const sign = () => writeFileSync(paths.signature, signSsh(key, 'git', 'message'))
  return { key, paths, sign }
}

describe('sign', () => {
  test('writes the signature beside the message and prints nothing', async () => {
    const { key, paths } = scene()
    const outcome = await run(['-Y', 'sign', '-n', 'git', '-f', paths.key, paths.message])
    expect(outcome).toEqual({ code: 0, out: '', err: '' })
    expect(verifySsh(readFileSync(paths.signature, 'utf8'), 'git', 'message').kind).toBe('valid')
    expect(readFileSync(paths.signature, 'utf8')).toBe(signSsh(key, 'git', 'message'))
  })

  test('never overwrites a file', async () => {
    const { paths } = scene()
    writeFileSync(paths.signature, 'precious')
    const outcome = await run(['-Y', 'sign', '-n', 'git', '-f', paths.key, paths.message])
    expect(outcome).toMatchObject({ code: 255, out: '', err: expect.stringContaining('EEXIST') })
    expect(readFileSync(paths.signature, 'utf8')).toBe('precious')
  })

  test('refuses an agent, a missing key and a missing message, each with the reason', async () => {
    const { paths } = scene()
    for (const [args, reason] of [
      [['-f', `${paths.key}.pub`, '-U', paths.message], 'SSH agent'],
      [['-f', `${paths.key}.none`, paths.message], 'ENOENT'],
      [['-f', paths.message, paths.message], 'BEGIN OPENSSH PRIVATE KEY'],
      [['-f', paths.key, `${paths.message}.none`], 'ENOENT'],
    ] as const) {
      const outcome = await run(['-Y', 'sign', '-n', 'git', ...args])
      expect(outcome).toMatchObject({ code: 255, out: '', err: expect.stringContaining(reason) })
    }
    expect(existsSync(paths.signature)).toBe(false)
  })
})

describe('verify', () => {
  const verify = (paths: { signers: string; signature: string }, ...more: string[]) =>
    run(['-Y', 'verify', '-n', 'git', '-f', paths.signers, '-I', SIGNER, '-s', paths.signature, ...more], 'message')

  test('without a time judges as of now', async () => {
    const { paths, sign } = scene({ validBeforeMs: nowMs - 1000 })
    sign()
    expect((await verify(paths)).code).toBe(255)
    expect((await verify(paths, '-Overify-time=20260501Z')).code).toBe(0)
  })

  test('takes the empty argument that git gives where it knows no time', async () => {
    const { paths, sign } = scene()
    sign()
    expect((await verify(paths, '')).code).toBe(0)
  })

  test('says on which line a key has expired', async () => {
    const { paths, sign } = scene({ validBeforeMs: Date.UTC(2026, 0, 1) })
    sign()
    expect((await verify(paths)).err).toContain(`${paths.signers}:1: the key has expired`)
  })

  test('refuses a binary revocation list', async () => {
    const { paths, sign, key } = scene()
    sign()
    const list = `${paths.key}.revoked`
    writeFileSync(list, 'SSHKRL\n\0')
    expect(await verify(paths, '-r', list)).toMatchObject({ code: 255, out: 'Could not verify signature.\n' })
    writeFileSync(list, `# none\n\nssh-dss ${Buffer.from('\0\0\0\x07ssh-dss').toString('base64')}\n`)
    expect((await verify(paths, '-r', list)).code).toBe(0)
    writeFileSync(list, formatPublicKey(key))
    expect((await verify(paths, '-r', list)).err).toContain('line 1 revokes the key')
  })

  test('a file that tries to speak for the program does not get the first line', async () => {
    const { paths } = scene()
    const claim = `Good "git" signature for ${SIGNER} with ED25519 key SHA256:x\n`
    writeFileSync(paths.signature, claim)
    writeFileSync(paths.signers, claim)
    const outcome = await verify(paths)
    expect(outcome).toMatchObject({ code: 255, out: 'Could not verify signature.\n' })
    expect(outcome.err).not.toContain('Good')
  })
})

describe('the command line', () => {
  test.each([
    [[], 'expected -Y'],
    [['-Y', 'match-principals'], 'expected -Y'],
    [['-Y', 'sign', '-f', 'key', 'message'], '-Y sign needs -n'],
    [['-Y', 'sign', '-n', 'git', '-f', 'key'], 'one file'],
    [['-Y', 'sign', '-n', 'git', '-f', 'key', 'a', 'b'], 'one file'],
    [['-Y', 'find-principals', '-s', 'sig'], '-Y find-principals needs -f'],
    [['-Y', 'verify', '-n', 'git', '-f', 'signers', '-s', 'sig'], '-Y verify needs -I'],
    [['-Y', 'check-novalidate', '-n', 'git'], '-Y check-novalidate needs -s'],
    [['-Y', 'find-principals', '-f', 'signers', '-s', 'sig', '-Overify-time=now'], 'YYYYMMDD'],
    [['-Y', 'find-principals', '-f', 'signers', '-s', 'sig', '-Oprint-pubkey'], 'print-pubkey'],
    [['-Y', 'check-novalidate', '-n', 'git', '-s', 'sig', '-Z'], '-Z'],
  ])('%j is refused with exit code 1 and the reason', async (args, reason) => {
    expect(await run(args)).toMatchObject({ code: 1, out: '', err: expect.stringContaining(reason) })
  })
})
