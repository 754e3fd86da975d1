import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCommitSignature, signCommit, signCommitPooled } from '../../src/signing/commit.ts'
import { generateSigningKey } from '../../src/signing/ssh-key.ts'
import { verifySsh } from '../../src/signing/sshsig.ts'

const key = generateSigningKey('')
const HEADERS = `tree ${'4'.repeat(40)}\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n`

describe('signing a commit', () => {
  test('puts the signature after the other headers, further lines indented by a space', () => {
    const raw = signCommit(`${HEADERS}encoding latin1\n\nmessage\n`, key).toString()
    expect(raw).toMatch(
      /^tree .*\nauthor .*\ncommitter .*\nencoding latin1\ngpgsig -----BEGIN SSH SIGNATURE-----\n( .+\n)+\nmessage\n$/,
    )
    expect(raw).toContain('\n -----END SSH SIGNATURE-----\n\nmessage')
  })

  test('reading it gives back the unsigned bytes and a valid signature, whatever the message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (message) => {
        const unsigned = Buffer.concat([Buffer.from(`${HEADERS}\n`), message])
        const found = readCommitSignature(signCommit(unsigned, key))
        expect(found?.payload.equals(unsigned)).toBe(true)
        expect(verifySsh(found!.signature, 'git', unsigned)).toEqual({ kind: 'valid', publicKey: key.publicKey })
      }),
      { numRuns: 60 },
    )
  })

  test('on the thread pool gives the same commits, and refuses the same', async () => {
    const texts = Array.from({ length: 20 }, (_, i) => `${HEADERS}\nmessage ${i}\n`)
    expect(await Promise.all(texts.map((text) => signCommitPooled(text, key)))).toEqual(
      texts.map((text) => signCommit(text, key)),
    )
    await expect(signCommitPooled(HEADERS, key)).rejects.toThrow('blank line')
  })

  test('text without a blank line and a commit that is signed already are refused', () => {
    expect(() => signCommit(HEADERS, key)).toThrow('blank line')
    expect(() => signCommit(signCommit(`${HEADERS}\n`, key), key)).toThrow('signed already')
  })
})

describe('reading a signature', () => {
  test('a message that looks like a signature header is not one', () => {
    expect(readCommitSignature(Buffer.from(`${HEADERS}\ngpgsig -----BEGIN\n x\n`))).toBeUndefined()
  })

  test('a header of another hash algorithm is neither the signature nor signed', () => {
    const signed = signCommit(`${HEADERS}\nmessage\n`, key).toString()
    const both = signed.replace('\ngpgsig ', '\ngpgsig-sha256 other\n line\ngpgsig ')
    expect(readCommitSignature(Buffer.from(both))).toEqual(readCommitSignature(Buffer.from(signed)))
  })

  test('two signatures in one commit make no valid one', () => {
    const signed = signCommit(`${HEADERS}\nmessage\n`, key).toString()
    const header = signed.slice(signed.indexOf('gpgsig'), signed.indexOf('\n\n') + 1)
    const found = readCommitSignature(Buffer.from(signed.replace('gpgsig', `${header}gpgsig`)))
    expect(verifySsh(found!.signature, 'git', found!.payload).kind).toBe('invalid')
  })

  test('any bytes are read', () => {
    const piece = fc.constantFrom('gpgsig ', 'gpgsig', '\n', ' ', 'tree', '\0', '-----BEGIN SSH SIGNATURE-----')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.array(piece).map((parts) => Buffer.from(parts.join(''))),
        ),
        (raw) => {
          const found = readCommitSignature(raw)
          if (found !== undefined) expect(found.payload.length + found.signature.length).toBeLessThanOrEqual(raw.length)
        },
      ),
      { numRuns: 200 },
    )
  })
})
