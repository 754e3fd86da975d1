/**
 * Commits as Git stores them, before they are signed. Pure.
 * Invariant: whatever the strings hold, the headers are the ones that are given: neither a name nor a message can add one.
 * Source: gitformat-commit; `strbuf_addstr_without_crud` in Git's ident.c.
 */
import type { Oid } from '../../kernel/ids.ts'

export type Identity = { name: string; email: string }

export type NewCommit = {
  tree: Oid
  /** In their order; none for a first commit. */
  parents: readonly Oid[]
  author: Identity
  committer: Identity
  /** Milliseconds since 1970; Git keeps whole seconds. */
  atMs: number
  /** Subject, and body after a blank line, as `git commit --cleanup=whitespace` would keep it. */
  message: string
}

/** The object's content, unsigned; `signing/commit.ts` signs it. */
export function commitBytes({ tree, parents, author, committer, atMs, message }: NewCommit): Buffer {
  const stamp = `${Math.floor(atMs / 1000)} +0000`
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${identityText(author)} ${stamp}`,
    `committer ${identityText(committer)} ${stamp}`,
  ]
  return Buffer.from(`${lines.join('\n')}\n\n${cleanMessage(message)}\n`)
}

/** A message as git keeps it: no blanks at the ends of lines, one empty line between paragraphs, none around. */
export const cleanMessage = (message: string): string =>
  message
    .replaceAll('\0', '')
    .split(/\r\n?|\n/)
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n|\n$/g, '')

const identityText = ({ name, email }: Identity): string =>
  `${withoutCrud(name) || withoutCrud(email) || 'unknown'} <${withoutCrud(email)}>`

/** What git drops at either end of a name, beside blanks and control characters. */
const PUNCTUATION = '.,:;<>"\\\''

const isCrud = (char: string | undefined): boolean =>
  char !== undefined && (char.charCodeAt(0) <= 0x20 || PUNCTUATION.includes(char))

/** Without what would end the field, and without crud around. */
function withoutCrud(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isCrud(text[start])) start += 1
  while (end > start && isCrud(text[end - 1])) end -= 1
  return text.slice(start, end).replace(/[<>\n\0]/g, '')
}
