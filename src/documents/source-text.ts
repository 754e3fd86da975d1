/**
 * Bytes to text: size, UTF-8, control characters.
 * Invariant: a text that leaves here has no byte order mark, no NUL and no other control character but tab, LF and CR.
 */
import { isUtf8 } from 'node:buffer'
import type { DocumentLimits, Finding } from './document.ts'
import { findingLog } from './finding.ts'
import { lineIndex } from './lines.ts'

export type SourceText = { kind: 'text'; text: string } | { kind: 'rejected'; findings: readonly Finding[] }

/** Control characters (Unicode category Cc below U+0080) other than tab, LF and CR. */
const CONTROL = /(?![\t\n\r\u0080-\u009f])\p{Cc}/u

/** What is said of a file of `size` bytes, which is more than `limits` allow and is not read. */
export const tooLargeFile = (size: number, { maxBytes }: Pick<DocumentLimits, 'maxBytes'>): Finding => ({
  line: 1,
  column: 1,
  pointer: '',
  code: 'too-large',
  detail: `The file has ${size} bytes; at most ${maxBytes} are allowed.`,
})

/** The text of a file, or what is wrong with its bytes. */
export function decodeText(bytes: Uint8Array, limits: DocumentLimits): SourceText {
  if (bytes.byteLength > limits.maxBytes)
    return { kind: 'rejected', findings: [tooLargeFile(bytes.byteLength, limits)] }
  const text = new TextDecoder('utf-8').decode(bytes)
  if (!isUtf8(bytes)) {
    const offset = text.indexOf('\uFFFD')
    return rejected(text, offset, 'not-utf-8', 'The bytes here are not UTF-8; save the file with the encoding UTF-8.')
  }
  const control = CONTROL.exec(text)
  if (control) {
    const name = `U+${control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
    const detail = `The control character ${name} is not allowed in a file; write it as an escape in double quotes.`
    return rejected(text, control.index, 'control-character', detail)
  }
  return { kind: 'text', text }
}

function rejected(text: string, offset: number, code: string, detail: string): SourceText {
  const log = findingLog(lineIndex(text))
  log.add(offset, [], code, detail)
  return { kind: 'rejected', findings: log.all() }
}
