/** Reads texts as files in tests, and says what came of them. */
import type { Document, DocumentLimits, Finding } from '../../src/documents/document.ts'
import { parseDocument } from '../../src/documents/parse.ts'

const encoder = new TextEncoder()

export const parseText = (file: string, text: string, limits?: DocumentLimits) =>
  parseDocument(file, encoder.encode(text), limits)

/** The document; fails the test where the text was rejected. */
export function accepted(file: string, text: string): Document {
  const parsed = parseText(file, text)
  if (parsed.kind === 'rejected') throw new Error(`rejected: ${JSON.stringify(parsed.findings)}`)
  return parsed.document
}

/** The findings; fails the test where the text was accepted. */
export function rejected(file: string, text: string): readonly Finding[] {
  const parsed = parseText(file, text)
  if (parsed.kind === 'document') throw new Error(`accepted: ${JSON.stringify(parsed.document.value).slice(0, 200)}`)
  return parsed.findings
}

/** `line:column code pointer` of each finding. */
export const summary = (findings: readonly Finding[]): string[] =>
  findings.map(({ line, column, code, pointer }) => `${line}:${column} ${code}${pointer && ` ${pointer}`}`)
