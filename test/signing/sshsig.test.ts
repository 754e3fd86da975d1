import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { generateSigningKey } from '../../src/signing/ssh-key.ts'
import { claimedKey, signSsh, verifySsh } from '../../src/signing/sshsig.ts'
import { removeScratchFolders, runIn, scratchFolder } from './scratch.ts'

afterAll(removeScratchFolders)

const key = generateSigningKey('signer')
const message = fc.uint8Array({ maxLength: 300 })
const namespace = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((text) => !text.includes('\0'))

describe('a signature', () => {
  test('is valid for its own message and namespace, whatever they are', () => {
    fc.assert(
      fc.property(message, namespace, (bytes, name) => {
        const armored = signSsh(key, name, bytes)
        expect(verifySsh(armored, name, bytes)).toEqual({ kind: 'valid', publicKey: key.publicKey })
        expect(claimedKey(armored)).toEqual({ kind: 'valid', publicKey: key.publicKey })
      }),
      { numRuns: 60 },
    )
  })

  test('is invalid for any other message', () => {
    fc.assert(
      fc.property(message, message, (bytes, other) => {
        fc.pre(Buffer.compare(bytes, other) !== 0)
        expect(verifySsh(signSsh(key, 'git', bytes), 'git', other)).toEqual({
          kind: 'invalid',
          reason: 'the signature does not fit the message',
        })
      }),
      { numRuns: 30 },
    )
  })

  test('is invalid for any other namespace', () => {
    fc.assert(
      fc.property(namespace, namespace, (name, other) => {
        fc.pre(name !== other)
        expect(verifySsh(signSsh(key, name, 'message'), other, 'message').kind).toBe('invalid')
      }),
      { numRuns: 30 },
    )
  })

  test('with any one bit turned is invalid', () => {
    const lines = signSsh(key, 'git', 'message').split('\n')
    const bytes = Buffer.from(lines.slice(1, -2).join(''), 'base64')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3] = damaged[bit >> 3]! ^ (1 << (bit & 7))
      const armored = [lines[0], damaged.toString('base64'), lines.at(-2), ''].join('\n')
      expect(verifySsh(armored, 'git', 'message').kind).toBe('invalid')
    }
  })

  test('cannot be made in an empty namespace or one with a NUL', () => {
    for (const name of ['', 'a\0b']) expect(() => signSsh(key, name, 'message')).toThrow(RangeError)
  })

  test('survives CRLF line breaks but no text around its block', () => {
    const armored = signSsh(key, 'git', 'message')
    expect(verifySsh(armored.replaceAll('\n', '\r\n'), 'git', 'message').kind).toBe('valid')
    for (const text of [`x\n${armored}`, `${armored}x`, `${armored}${armored}`])
      expect(verifySsh(text, 'git', 'message').kind).toBe('invalid')
  })
})

describe('beside the real ssh-keygen', () => {
  const folder = scratchFolder()
  const signaturePath = join(folder, 'sig')
  const realCheck = (name: string, input: string) =>
    runIn(folder, 'ssh-keygen', ['-Y', 'check-novalidate', '-n', name, '-s', signaturePath], input)

  test('it accepts our signatures, and refuses the same ones that we refuse', () => {
    for (const [signedIn, signed, checkedIn, checked, good] of [
      ['git', 'hello', 'git', 'hello', true],
      ['file', '', 'file', '', true],
      ['file', 'hello', 'git', 'hello', false],
      ['git', 'hello', 'git', 'hellO', false],
    ] as const) {
      const armored = signSsh(key, signedIn, signed)
      writeFileSync(signaturePath, armored)
      expect(realCheck(checkedIn, checked).code === 0).toBe(good)
      expect(verifySsh(armored, checkedIn, checked).kind === 'valid').toBe(good)
    }
  })
})

describe('hostile text', () => {
  test('is invalid and never a crash', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String()), (noise) => {
        const block = `-----BEGIN SSH SIGNATURE-----\n${noise}\n-----END SSH SIGNATURE-----\n`
        for (const text of [noise, block]) expect(verifySsh(text, 'git', 'message').kind).toBe('invalid')
      }),
      { numRuns: 100 },
    )
  })

  test('a block whose fields have random lengths and bytes is invalid', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const bytes = Buffer.concat([Buffer.from('SSHSIG\0\0\0\x01'), noise])
        const block = `-----BEGIN SSH SIGNATURE-----\n${bytes.toString('base64')}\n-----END SSH SIGNATURE-----\n`
        expect(verifySsh(block, 'git', 'message').kind).toBe('invalid')
      }),
      { numRuns: 100 },
    )
  })
})
