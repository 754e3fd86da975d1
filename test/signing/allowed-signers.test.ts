import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { main } from '../../src/signing/program/ssh-program.ts'
import { findSigner, formatAllowedSigner, parseAllowedSigners } from '../../src/signing/signers/allowed-signers.ts'
import { parseSignerTime } from '../../src/signing/signers/signer-time.ts'
import { generateSigningKey } from '../../src/signing/ssh-key.ts'
import { signSsh } from '../../src/signing/sshsig.ts'
import { removeScratchFolders, runIn, scratchFolder } from './scratch.ts'

afterAll(removeScratchFolders)

const { publicKey } = generateSigningKey('')
const other = generateSigningKey('')
const key = generateSigningKey('')
const K = key.publicKey
const noon = Date.UTC(2026, 0, 1, 12)

/** The names that `text` lets `K` sign for. */
const principals = (text: string, namespace = 'git', timeMs = noon) =>
  findSigner(parseAllowedSigners(text), { publicKey: K, namespace, timeMs }).found?.signer.principals

describe('reading lines', () => {
  test('comments, blank lines, blanks and a comment after the key are passed over', () => {
    const text = `\n  # ops\n\t me@x \t ${K} a key\r\n\n`
    expect(parseAllowedSigners(text)).toEqual({
      lines: [{ line: 3, signer: { principals: ['me@x'], publicKey: K } }],
      findings: [],
    })
  })

  test('options give namespaces and times', () => {
    const text = `"me@x,you@x" Namespaces="git,file",valid-after="20260101Z",VALID-BEFORE="202701021530Z" ${K}`
    expect(parseAllowedSigners(text).lines[0]?.signer).toEqual({
      principals: ['me@x', 'you@x'],
      namespaces: ['git', 'file'],
      validAfterMs: Date.UTC(2026, 0, 1),
      validBeforeMs: Date.UTC(2027, 0, 2, 15, 30),
      publicKey: K,
    })
  })

  test.each([
    ['me@x', 'line-malformed'],
    ['"me@x KEY', 'line-malformed'],
    ['KEY', 'key-malformed'],
    ['me@x ssh-ed25519 AAAA', 'key-malformed'],
    ['me@x ssh-rsa BLOB', 'key-malformed'],
    ['me@x namespaces="git" valid-before="20300101" KEY', 'key-malformed'],
    ['me@x frobnicate KEY', 'options-invalid'],
    ['me@x namespaces=git KEY', 'options-invalid'],
    ['me@x namespaces KEY', 'options-invalid'],
    ['me@x namespaces="git",namespaces="git" KEY', 'options-invalid'],
    ['me@x namespaces="git", KEY', 'options-invalid'],
    ['me@x valid-before="2025" KEY', 'options-invalid'],
    ['me@x valid-before="20250230" KEY', 'options-invalid'],
    ['me@x valid-before="20250101",valid-after="20260101" KEY', 'options-invalid'],
    ['me@x cert-authority KEY', 'cert-authority-ignored'],
    [`me@x ssh-dss ${Buffer.from('\0\0\0\x07ssh-dss').toString('base64')}`, 'key-type-unsupported'],
  ])('%s allows nothing and is a finding: %s', (line, code) => {
    const text = line.replace('KEY', K).replace('BLOB', K.split(' ')[1]!)
    const { lines, findings } = parseAllowedSigners(`# first\n${text}\nme@y ${publicKey}\n`)
    expect(findings).toEqual([{ line: 2, code, detail: expect.stringMatching(/^[A-Z].*\.$|AAAA\.\.\.$/) }])
    expect(lines.map(({ line: number }) => number)).toEqual([3])
  })

  test('any text is read', () => {
    const field = fc.constantFrom(
      'me@x',
      '"',
      '\\"',
      ',',
      ' ',
      '\t',
      '\n',
      '=',
      'namespaces="git"',
      K,
      'ssh-ed25519',
      '#',
      '!',
      '*',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(field).map((parts) => parts.join('')),
        ),
        (text) => {
          const { lines, findings } = parseAllowedSigners(text)
          expect(lines.length + findings.length).toBeLessThanOrEqual(text.split('\n').length)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('long hostile lines take time in proportion to their length', () => {
    const length = 200_000
    for (const part of ['"', '\\"', 'a=', ',', ' ', 'namespaces="', '*', 'a"b"'])
      expect(parseAllowedSigners(`me@x ${part.repeat(length)} x`).lines).toEqual([])
  })
})

describe('finding a signer', () => {
  test('another key, namespace or time is not allowed', () => {
    const text = `me@x namespaces="git",valid-after="20260101Z",valid-before="20270101Z" ${K}`
    expect(principals(text)).toEqual(['me@x'])
    expect(principals(text, 'file')).toBeUndefined()
    expect(principals(text, 'git', Date.UTC(2025, 11, 31, 23, 59, 59))).toBeUndefined()
    expect(principals(text, 'git', Date.UTC(2027, 0, 1, 0, 0, 1))).toBeUndefined()
    expect(principals(`me@x ${other.publicKey}`)).toBeUndefined()
  })

  test("both ends of a key's time belong to it", () => {
    const text = `me@x valid-after="20260101120000Z",valid-before="20260101130000Z" ${K}`
    expect(principals(text, 'git', noon)).toEqual(['me@x'])
    expect(principals(text, 'git', noon + 3_600_000)).toEqual(['me@x'])
  })

  test('lines of the key that do not fit are reported, and a later one that fits is taken', () => {
    const signers = parseAllowedSigners(
      `a@x valid-before="20250101Z" ${K}\nb@x namespaces="file" ${K}\nc@x ${K}\nd@x ${K}\n`,
    )
    const { found, refusals } = findSigner(signers, { publicKey: K, namespace: 'git', timeMs: noon })
    expect(found?.signer.principals).toEqual(['c@x'])
    expect(refusals).toEqual([
      { line: 1, reason: 'the key has expired: 2026-01-01T12:00:00Z is after its valid-before, 2025-01-01T00:00:00Z' },
      { line: 2, reason: 'the key may not sign in the namespace "git"' },
    ])
  })

  test.each([
    ['*@x', 'me@x', true],
    ['?e@x', 'me@x', true],
    ['*@x,!me@x', 'me@x', false],
    ['!me@x,*@x', 'you@x', true],
    ['!me@x', 'you@x', false],
    ['ME@X', 'me@x', false],
    ['a,*', '', true],
    ['*a*b', 'xaxbxb', true],
    ['*a*b', 'xaxbx', false],
  ])('principals %s match %j: %s', (patterns, principal, fits) => {
    const signers = parseAllowedSigners(`${patterns} ${K}`)
    expect(findSigner(signers, { publicKey: K, principal, timeMs: noon }).found !== undefined).toBe(fits)
  })

  test('a pattern of many stars against a long name ends', () => {
    const signers = parseAllowedSigners(`${'*a'.repeat(500)}b ${K}`)
    const query = { publicKey: K, principal: 'a'.repeat(20_000), timeMs: noon }
    expect(findSigner(signers, query).found).toBeUndefined()
  })
})

describe('writing lines', () => {
  test('what is written is read back', () => {
    const name = fc.stringMatching(/^[a-z!*?@.\-/]{1,12}$/)
    const names = fc.array(name, { minLength: 1, maxLength: 3 })
    const second = fc.integer({ min: 0, max: 2_000_000_000 })
    fc.assert(
      fc.property(
        names,
        fc.option(names, { nil: undefined }),
        second,
        fc.integer({ min: 1, max: 1_000_000 }),
        (who, where, from, span) => {
          const signer = {
            principals: who,
            publicKey: K,
            validAfterMs: from * 1000,
            validBeforeMs: (from + span) * 1000,
            ...(where === undefined ? {} : { namespaces: where }),
          }
          expect(parseAllowedSigners(formatAllowedSigner(signer))).toEqual({
            lines: [{ line: 1, signer }],
            findings: [],
          })
        },
      ),
      { numRuns: 60 },
    )
  })

  test.each([[[]], [['']], [['a b']], [['a"b']], [['a,b']], [['#a']], [['a\nb']]])(
    'principals %j are refused',
    (names) => {
      expect(() => formatAllowedSigner({ principals: names, publicKey: K })).toThrow(RangeError)
    },
  )
})

test('a time without Z is in the zone of the process, as Git and ssh-keygen write and read it', () => {
  expect(parseSignerTime('20260203040506')).toBe(new Date(2026, 1, 3, 4, 5, 6).getTime())
  expect(parseSignerTime('20260203Z')).toBe(Date.UTC(2026, 1, 3))
  for (const text of ['', '2026', '20261301', '20260001Z', '202602032460', '20260203z', '2026020304Z', '00000101'])
    expect(parseSignerTime(text)).toBeUndefined()
})

test('the program and ssh-keygen agree on every one of these files', async () => {
  const folder = scratchFolder()
  const signaturePath = join(folder, 'sig')
  const signersPath = join(folder, 'allowed')
  writeFileSync(signaturePath, signSsh(key, 'git', 'message'))
  const verifyTime = '-Overify-time=20260101120000Z'
  const files = [
    `me@x ${K}`,
    `me@x ${other.publicKey}`,
    `"me@x,you@x" ${K}`,
    `*@x,!me@x ${K}`,
    `!you@x,?e@x ${K}`,
    `ME@X ${K}`,
    `me@x NAMESPACES="git" ${K}`,
    `me@x namespaces="!git,*" ${K}`,
    `me@x namespaces="fi*,g?t" ${K}`,
    `me@x namespaces="a\\"b,git" ${K}`,
    `me@x namespaces="git",valid-before="20250101" ${K}`,
    `me@x valid-after="20260101120000Z",valid-before="20260101120001Z" ${K}`,
    `me@x valid-before="20260101115959Z" ${K}`,
    `me@x valid-after="20260101120001Z" ${K}`,
    `me@x valid-before="202601011200Z" ${K}`,
    `me@x namespaces="git" valid-before="20300101" ${K}`,
    `me@x namespaces=git ${K}`,
    `me@x cert-authority ${K}`,
    `me@x frobnicate="1" ${K}`,
    `me@x valid-before="20250101" ${K}\nme@x ${K}`,
    `you@x ${K}\nme@x ${K}`,
    `garbage\n\n# me\n  me@x\t${K} a comment`,
    `"me@x ${K}`,
    K,
    '',
  ]
  for (const text of files) {
    writeFileSync(signersPath, `${text}\n`)
    for (const args of [
      ['-Y', 'find-principals', '-f', signersPath, '-s', signaturePath, verifyTime],
      ['-Y', 'verify', '-n', 'git', '-f', signersPath, '-I', 'me@x', '-s', signaturePath, verifyTime],
    ]) {
      const real = runIn(folder, 'ssh-keygen', args, 'message')
      let out = ''
      const code = await main(args, {
        readInput: async () => Buffer.from('message'),
        print: (piece) => {
          out += piece
        },
        complain: () => undefined,
        now: () => 0,
      })
      expect({ text, code, out }).toEqual({ text, code: real.code, out: real.out })
    }
  }
})
