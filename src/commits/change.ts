/** What somebody wants changed in a tenant's files, and how much of it one commit takes. Pure data. */
import type { Blob } from '../git/objects/objects.ts'
import type { Oid } from '../kernel/ids.ts'

/** What a file is to hold, made of what it holds when its turn comes: asked again where the branch moves. May throw. */
export type Edit = (before: Blob) => Uint8Array

/** One file. `content: null` deletes it; one that is not there already is no error. */
export type FileChange = {
  /** From the top of the tree, with `/` between names. */
  path: string
  content: Uint8Array | Edit | null
  /** As it was, or `100644`, where absent. */
  mode?: FileMode
  /** What has to be there: this blob, anything, or nothing. Not checked where absent; an edit needs a file. */
  ifMatch?: Oid | '*' | 'absent'
}

export type FileMode = '100644' | '100755'

/**
 * Files that the product reads have limits of their own (documents/); these hold for the others too, so that a tenant
 * cannot fill the repository with one request.
 */
export const CHANGE_LIMITS = {
  files: 1_000,
  fileBytes: 1024 * 1024,
  totalBytes: 16 * 1024 * 1024,
  pathBytes: 1_024,
  nameBytes: 255,
  depth: 16,
  filesPerFolder: 5_000,
  messageChars: 10_000,
} as const
