/**
 * Base64 without the leniency of `Buffer.from`, and the armor that OpenSSH puts around it. Pure.
 * Invariant: what is read here has one spelling only, so two texts that differ never mean the same bytes, line breaks aside.
 * Source: RFC 4648, section 4; PROTOCOL.sshsig and PROTOCOL.key of OpenSSH.
 */

/** How many characters OpenSSH puts into a line. */
const LINE_LENGTH = 70

/** The bytes that `text` spells, or undefined where it is not padded, canonical base64. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

const beginLine = (label: string): string => `-----BEGIN ${label}-----`
const endLine = (label: string): string => `-----END ${label}-----`

/** `bytes` between a BEGIN and an END line; ends with a line break. */
export function armor(label: string, bytes: Uint8Array): string {
  const base64 = Buffer.from(bytes).toString('base64')
  const lines = [beginLine(label)]
  for (let at = 0; at < base64.length; at += LINE_LENGTH) lines.push(base64.slice(at, at + LINE_LENGTH))
  return `${[...lines, endLine(label)].join('\n')}\n`
}

/**
 * The bytes that `text` holds, or undefined where it is not one armored block. Blank space after the END line and CRLF
 * line breaks are accepted; text before BEGIN or a second block is not.
 */
export function dearmor(label: string, text: string): Buffer | undefined {
  const lines = text.trimEnd().split(/\r?\n/)
  if (lines.length < 3 || lines[0] !== beginLine(label) || lines.at(-1) !== endLine(label)) return undefined
  return fromBase64(lines.slice(1, -1).join(''))
}
