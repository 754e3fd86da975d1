/**
 * A tenant's JSON or YAML file as a value that remembers where each part of it stood.
 * Invariant: a `Document` exists only for text that passed every check of this folder (depth, size, duplicate keys,
 * dangerous keys, tags, aliases), so whoever holds one may walk it recursively.
 */
import type { Json } from '../kernel/json.ts'

/** Line and column count from 1; a column counts UTF-16 code units, as editors do. */
export type Position = { line: number; column: number }

/** One thing that is wrong in a file: where, what, and what would be right. */
export type Finding = Position & {
  /** RFC 6901 pointer into the value; '' is the whole file. */
  pointer: string
  /** Stable and kebab-case, such as `duplicate-key`. */
  code: string
  /** One sentence that says what is wrong and what would be right. */
  detail: string
}

export type Document = {
  /** Plain data: own properties only, no prototype tricks. */
  readonly value: Json
  /** What it was read from, without a byte order mark. Texts of the value are parts of it, and keep it in memory. */
  readonly text: string
  /**
   * Where the value at `pointer` stands (or, with 'key', the key that leads to it). A pointer to nothing gives the
   * nearest ancestor that exists. `within` leads into a text, from 0, where the file has it letter for letter on one
   * line; a text that is folded or escaped gives its beginning.
   */
  locate(pointer: string, part?: 'value' | 'key', within?: number): Position
}

export type Parsed = { kind: 'document'; document: Document } | { kind: 'rejected'; findings: readonly Finding[] }

/** What a tenant's file may cost. */
export type DocumentLimits = {
  /** Size of the file in bytes. */
  maxBytes: number
  /** Nesting of maps and arrays. */
  maxDepth: number
  /** Keys and values together, maps and arrays among them. */
  maxNodes: number
}

export const DOCUMENT_LIMITS: DocumentLimits = { maxBytes: 512 * 1024, maxDepth: 64, maxNodes: 10_000 }
