/** History as the API and the command line show it. Pure. */
import type { Json } from '../kernel/json.ts'
import type { Compared, ComparedFile } from './compare.ts'
import type { HistoryItem } from './history.ts'
import type { ProvenancePage } from './provenance/provenance-page.ts'
import type { FileChange } from './repository.ts'
import type { Trailer } from './trailers.ts'
import type { ValueChange } from './value-changes.ts'

/** Files of one commit that are listed; a first commit has them all. */
const MAX_FILES = 200
/** What one value may take of an answer. */
const MAX_VALUE_BYTES = 4096

/**
 * What the tenant inherited was written by people of the service, whose addresses are none of the tenant's business:
 * they are left out of authors, committers and trailers of the trunk's commits. Messages are shown as they are.
 */
export function commitResource(
  { commit, from, signature, files }: HistoryItem,
  { showsAddresses }: { showsAddresses: boolean },
) {
  const isShown = showsAddresses || from === 'tenant'
  const person = ({ name, email }: { name: string; email: string }) => (isShown ? { name, email } : { name })
  const trailer = ({ name, value }: Trailer) => ({
    name,
    value: isShown ? value : value.replace(/ ?<[^<>]*@[^<>]*>/g, ''),
  })
  return {
    id: commit.id,
    parents: commit.parents,
    from,
    author: person(commit.author),
    authoredAt: commit.authoredAt,
    committer: person(commit.committer),
    committedAt: commit.committedAt,
    subject: commit.subject,
    ...(commit.body === '' ? {} : { body: commit.body }),
    trailers: commit.trailers.map(trailer),
    signature,
    ...(files ? filesResource(files) : {}),
  }
}

const filesResource = (files: readonly FileChange[]) => ({
  files: files.slice(0, MAX_FILES).map(changedFile),
  ...(files.length > MAX_FILES ? { filesOmitted: files.length - MAX_FILES } : {}),
})

export const changedFile = ({ path, change, previousPath }: FileChange) => ({
  path,
  change,
  ...(previousPath === undefined ? {} : { previousPath }),
})

export const comparedResource = ({ from, to, summary, files, nextPageToken }: Compared) => ({
  from,
  to,
  summary,
  items: files.map(fileResource),
  ...(nextPageToken === undefined ? {} : { nextPageToken }),
})

function fileResource({ file, values }: ComparedFile) {
  const resource = changedFile(file)
  if (values.kind === 'none') return resource
  if (values.kind === 'unreadable') return { ...resource, unreadable: values.reason }
  const { changes, omitted } = values
  return { ...resource, values: changes.map(valueResource), ...(omitted > 0 ? { valuesOmitted: omitted } : {}) }
}

const valueResource = (change: ValueChange) => ({
  pointer: change.pointer,
  change: change.change,
  ...('from' in change ? bounded('from', change.from) : {}),
  ...('to' in change ? bounded('to', change.to) : {}),
})

function bounded(side: 'from' | 'to', value: Json): object {
  const bytes = Buffer.byteLength(JSON.stringify(value))
  return bytes > MAX_VALUE_BYTES ? { [`${side}Bytes`]: bytes } : { [side]: value }
}

export const provenanceResource = ({ head, base, files, commits, nextPageToken }: ProvenancePage) => ({
  revision: head,
  base,
  items: files.map(({ path, from, commit, leaves, leavesOmitted }) => ({
    path,
    from,
    commit,
    ...(leaves ? { keys: leaves } : {}),
    ...(leavesOmitted > 0 ? { keysOmitted: leavesOmitted } : {}),
  })),
  commits: Object.fromEntries(
    commits.map(({ id, author, authoredAt, subject }) => [id, { author: author.name, authoredAt, subject }]),
  ),
  ...(nextPageToken === undefined ? {} : { nextPageToken }),
})
