import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { createKeyFiles, readKeyFile, writePublicKeyFile } from '../../src/signing/key-file.ts'
import { fingerprint, parsePublicKey } from '../../src/signing/public-key.ts'
import { formatPrivateKey, formatPublicKey, generateSigningKey, parsePrivateKey } from '../../src/signing/ssh-key.ts'
import { removeScratchFolders, runIn, scratchFolder } from './scratch.ts'

afterAll(removeScratchFolders)

/** A key pair made by the real ssh-keygen. */
function realKey(...options: string[]): string {
  const path = join(scratchFolder(), 'real')
  const made = runIn('/', 'ssh-keygen', ['-q', '-N', '', '-C', 'made by OpenSSH', '-f', path, ...options])
  expect(made).toMatchObject({ code: 0, err: '' })
  return path
}

describe('a generated key', () => {
  test.each(['', 'x', 'ops key', 'eight888', 'größer ✓'])('is read by ssh-keygen, comment %j', (comment) => {
    const key = generateSigningKey(comment)
    const path = join(scratchFolder(), 'key')
    createKeyFiles(path, key)
    const line = runIn('/', 'ssh-keygen', ['-y', '-f', path])
    expect(line).toMatchObject({ code: 0, out: formatPublicKey(key) })
    const listed = runIn('/', 'ssh-keygen', ['-l', '-f', `${path}.pub`])
    expect(listed.out).toContain(`256 ${fingerprint(key.publicKey)} `)
  })

  test('comes back from its own text, whatever the comment', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (comment) => {
        const key = generateSigningKey(comment)
        const text = formatPrivateKey(key)
        const reading = parsePrivateKey(text)
        if (reading.kind === 'invalid') throw new Error(reading.reason)
        expect(reading.key).toMatchObject({ publicKey: key.publicKey, comment })
        expect(formatPrivateKey(reading.key)).toBe(text)
      }),
      { numRuns: 30 },
    )
  })
})

test('a comment of two lines is refused, as it would add a line to the public file', () => {
  const key = generateSigningKey('one\nssh-ed25519 two')
  expect(() => formatPublicKey(key)).toThrow(RangeError)
})

describe('a key of ssh-keygen', () => {
  test('is read with its public half and comment', () => {
    const path = realKey('-t', 'ed25519')
    const reading = parsePrivateKey(readFileSync(path, 'utf8'))
    const line = parsePublicKey(readFileSync(`${path}.pub`, 'utf8'))
    expect(line).toMatchObject({ kind: 'key', comment: 'made by OpenSSH' })
    expect(reading).toMatchObject({
      kind: 'key',
      key: { publicKey: line.kind === 'key' && line.publicKey, comment: 'made by OpenSSH' },
    })
  })

  test('is refused with the reason where it has a passphrase', () => {
    const path = realKey('-t', 'ed25519', '-N', 'secret')
    expect(parsePrivateKey(readFileSync(path, 'utf8'))).toEqual({
      kind: 'invalid',
      reason: 'the key has a passphrase; only a key without one can be used here',
    })
  })

  test('is refused with the reason where it is of another type', () => {
    const path = realKey('-t', 'ecdsa')
    expect(parsePrivateKey(readFileSync(path, 'utf8'))).toEqual({
      kind: 'invalid',
      reason: 'the key is not of the type ssh-ed25519',
    })
    expect(readKeyFile(`${path}.pub`)).toMatchObject({
      kind: 'invalid',
      reason: expect.stringContaining('ecdsa-sha2-nistp256'),
    })
  })
})

describe('key files', () => {
  test('the private key is for its owner alone, and no second one overwrites it', () => {
    const path = join(scratchFolder(), 'key')
    const key = generateSigningKey('first')
    createKeyFiles(path, key)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(() => createKeyFiles(path, generateSigningKey('second'))).toThrow('EEXIST')
    expect(readKeyFile(path)).toMatchObject({ kind: 'key', key: { publicKey: key.publicKey, comment: 'first' } })
  })

  test('a key is found by the path of either half', () => {
    const path = join(scratchFolder(), 'key')
    const key = generateSigningKey('')
    createKeyFiles(path, key)
    for (const named of [path, `${path}.pub`])
      expect(readKeyFile(named)).toMatchObject({ kind: 'key', key: { publicKey: key.publicKey } })
  })

  test('a private key that others can read is not used', () => {
    const path = join(scratchFolder(), 'key')
    createKeyFiles(path, generateSigningKey(''))
    chmodSync(path, 0o644)
    expect(readKeyFile(`${path}.pub`)).toEqual({
      kind: 'invalid',
      reason: `"${path}" can be read by others; run: chmod 600 "${path}"`,
    })
  })

  test('halves of two pairs are refused', () => {
    const path = join(scratchFolder(), 'key')
    createKeyFiles(path, generateSigningKey(''))
    writePublicKeyFile(path, generateSigningKey(''))
    expect(readKeyFile(`${path}.pub`)).toMatchObject({
      kind: 'invalid',
      reason: expect.stringContaining('another public key'),
    })
  })

  test('a public key alone asks for the path of a private one', () => {
    const path = join(scratchFolder(), 'literal')
    writeFileSync(path, formatPublicKey(generateSigningKey('')))
    expect(readKeyFile(path)).toMatchObject({ kind: 'invalid', reason: expect.stringContaining('user.signingkey') })
  })

  test('a missing file or a folder is the error of the file system', () => {
    const folder = scratchFolder()
    mkdirSync(join(folder, 'sub'))
    expect(() => readKeyFile(join(folder, 'nothing'))).toThrow('ENOENT')
    expect(() => readKeyFile(join(folder, 'sub'))).toThrow('EISDIR')
  })
})

describe('hostile text', () => {
  const text = formatPrivateKey(generateSigningKey('comment'))

  test('is never a crash', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String()), (noise) => {
        const block = `-----BEGIN OPENSSH PRIVATE KEY-----\n${noise}\n-----END OPENSSH PRIVATE KEY-----\n`
        expect(parsePrivateKey(noise).kind).toBe('invalid')
        expect(parsePrivateKey(block).kind).toBe('invalid')
        parsePublicKey(noise)
        expect(parsePublicKey(`ssh-ed25519 ${noise}`).kind).toBe('malformed')
      }),
      { numRuns: 100 },
    )
  })

  test('a key with one bit turned is refused or still the same key, never another one and never a crash', () => {
    const lines = text.split('\n')
    const bytes = Buffer.from(lines.slice(1, -2).join(''), 'base64')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3] = damaged[bit >> 3]! ^ (1 << (bit & 7))
      const reading = parsePrivateKey([lines[0], damaged.toString('base64'), lines.at(-2), ''].join('\n'))
      if (reading.kind === 'key')
        expect(formatPublicKey({ ...reading.key, comment: '' })).toBe(formatPublicKey({ ...parsed(text), comment: '' }))
    }
  })
})

function parsed(text: string) {
  const reading = parsePrivateKey(text)
  if (reading.kind === 'invalid') throw new Error(reading.reason)
  return reading.key
}
