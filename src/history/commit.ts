/**
 * A commit object as what it says. Pure; any bytes are accepted, since a tenant's commits are whatever it made them.
 * Read from the raw object, as its signature covers exactly these bytes.
 * Source: `git help commit-tree`; the headers of git's commit.c.
 */
import { type Oid, parseOid } from '../kernel/ids.ts'
import { type CommitSignature, readCommitSignature } from '../signing/commit.ts'
import { type Trailer, trailersOf } from './trailers.ts'

export type Signature = CommitSignature

export type Person = { name: string; email: string }

export type Commit = {
  id: Oid
  tree: Oid
  parents: readonly Oid[]
  author: Person
  /** RFC 3339, as the author's clock had it. */
  authoredAt: string
  committer: Person
  committedAt: string
  /** The same moment in milliseconds: signatures are judged as of then. */
  committedMs: number
  subject: string
  /** What follows the subject, trailers among it; '' where there is nothing. */
  body: string
  trailers: readonly Trailer[]
  signature: Signature | undefined
}

/** @param raw the content of the object, without Git's frame; undefined where it is no commit at all */
export function parseCommit(id: Oid, raw: Uint8Array): Commit | undefined {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
  const end = bytes.indexOf('\n\n')
  const headerBytes = end === -1 ? bytes : bytes.subarray(0, end)
  // Latin 1 keeps every byte; names are decoded once the encoding is known.
  const headers = headerBytes.toString('latin1').split('\n')
  const all = (name: string): string[] =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))
  const tree = parseOid(all('tree')[0] ?? '')
  if (!tree) return undefined
  const decode = decoderOf(all('encoding')[0])
  const message = end === -1 ? '' : decode(bytes.subarray(end + 2))
  const author = stampOf(decode(Buffer.from(all('author')[0] ?? '', 'latin1')))
  const committer = stampOf(decode(Buffer.from(all('committer')[0] ?? '', 'latin1')))
  const { subject, body } = split(message)
  return {
    id,
    tree,
    parents: all('parent').flatMap((text) => parseOid(text) ?? []),
    author: author.person,
    authoredAt: author.at,
    committer: committer.person,
    committedAt: committer.at,
    committedMs: committer.ms,
    subject,
    body,
    trailers: trailersOf(message),
    signature: readCommitSignature(bytes),
  }
}

/** UTF-8 unless the commit names an encoding that is known here. */
function decoderOf(encoding = 'utf-8'): (bytes: Uint8Array) => string {
  try {
    const decoder = new TextDecoder(encoding)
    return (bytes) => decoder.decode(bytes)
  } catch {
    return (bytes) => Buffer.from(bytes).toString('utf8')
  }
}

const STAMP = /^(.*?) ?<([^>]*)>(?: (\d+)(?: ([+-])(\d\d)(\d\d))?)?/

function stampOf(line: string): { person: Person; at: string; ms: number } {
  const [, name = line, email = '', seconds = '0', sign = '+', hours = '00', minutes = '00'] = STAMP.exec(line) ?? []
  const ms = Number(seconds) * 1000
  const offsetMs = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  return { person: { name, email }, at: rfc3339(ms, offsetMs, `${sign}${hours}:${minutes}`), ms }
}

/** The last moment that four digits of a year can say: a commit may claim any number of seconds. */
const LAST_MS = Date.UTC(9999, 11, 30)

const rfc3339 = (ms: number, offsetMs: number, offset: string): string =>
  `${new Date(Math.min(ms, LAST_MS) + offsetMs).toISOString().slice(0, 19)}${offset === '+00:00' ? 'Z' : offset}`

/** The subject is the first paragraph on one line, as `git log` has it. */
function split(message: string): { subject: string; body: string } {
  const text = message.replace(/^\n+/, '')
  const blank = /\n[ \t]*\n/.exec(text)
  const subject = (blank ? text.slice(0, blank.index) : text).trim().replace(/[ \t]*\n[ \t]*/g, ' ')
  return { subject, body: blank ? text.slice(blank.index + blank[0].length).trim() : '' }
}
