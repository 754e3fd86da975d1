/**
 * Findings while a file is being read, and how an editor wants to see them.
 * Invariant: a log holds at most MAX_FINDINGS, so a hostile file cannot turn its size into a large answer.
 */
import { childPointer } from '../kernel/json.ts'
import type { Finding, Position } from './document.ts'

const MAX_FINDINGS = 50

/** The way from the root to a part of the file: keys and indexes. */
export type Path = readonly (string | number)[]

export type FindingLog = {
  /** `offset` counts UTF-16 code units from the start of the text. */
  add(offset: number, path: Path, code: string, detail: string): void
  /** In the order of the file. */
  all(): Finding[]
}

/** An empty log over a text whose positions `positionOf` knows. */
export function findingLog(positionOf: (offset: number) => Position): FindingLog {
  const found: { offset: number; finding: Finding }[] = []
  return {
    add(offset, path, code, detail) {
      if (found.length >= MAX_FINDINGS) return
      const pointer = path.reduce<string>(childPointer, '')
      found.push({ offset, finding: { ...positionOf(offset), pointer, code, detail } })
    },
    all: () => found.toSorted((a, b) => a.offset - b.offset).map(({ finding }) => finding),
  }
}

/** `file:line:column: detail (code, pointer)`, the form in which editors and CI make a place clickable. */
export function formatFinding(file: string, { line, column, detail, code, pointer }: Finding): string {
  return `${file}:${line}:${column}: ${detail} (${pointer === '' ? code : `${code}, ${pointer}`})`
}

/** `text` between back quotes, shortened so that one hostile key cannot fill the message. */
export function quoted(text: string): string {
  const oneLine = text.replaceAll(/\s+/g, ' ')
  return `\`${oneLine.length > 60 ? `${oneLine.slice(0, 57)}...` : oneLine}\``
}
