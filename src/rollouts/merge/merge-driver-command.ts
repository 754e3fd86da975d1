/**
 * `espalier merge-driver %O %A %B %P`: a Git merge driver. Git names three files (the base, ours, theirs) and the path
 * that is merged; the result goes over the file of ours. Files that are not UTF-8 are merged by lines, byte for byte.
 */
import { Buffer, isUtf8 } from 'node:buffer'
import { mergeFiles } from './merge-files.ts'
import type { MergePolicies } from './values/policies.ts'

/** The files of the caller's machine. */
export type DriverFiles = {
  read(path: string): Promise<Buffer>
  write(path: string, content: Buffer): Promise<void>
}

export type DriverRun = {
  /** `%O %A %B %P`, as Git fills them in. */
  argv: readonly string[]
  files: DriverFiles
  /** What is said of the file at `%P`. */
  policies?: MergePolicies
  /** Takes a sentence for the person who merges. */
  report(message: string): void
}

/** Resolves with the exit code. */
export async function runMergeDriver({ argv, files, policies = {}, report }: DriverRun): Promise<number> {
  const [basePath, oursPath, theirsPath, path] = argv
  if (basePath === undefined || oursPath === undefined || theirsPath === undefined || path === undefined) {
    report('A merge driver is called with four arguments: %O %A %B %P (base, ours, theirs, path).')
    return 2
  }
  const contents = await Promise.all([basePath, oursPath, theirsPath].map((file) => files.read(file)))
  const utf8 = contents.every((content) => isUtf8(content))
  const encoding = utf8 ? 'utf8' : 'latin1'
  const [base = '', ours = '', theirs = ''] = contents.map((content) => content.toString(encoding))
  const result = mergeFiles({ path: utf8 ? path : '', base, ours, theirs, policies })
  if (result.text === null) {
    report(`${path}: binary files are not merged; ours is kept.`)
    return 1
  }
  await files.write(oursPath, Buffer.from(result.text, encoding))
  for (const { pointer, kind } of result.conflicts) report(`${path}: conflict (${kind})${pointer && ` at ${pointer}`}`)
  return result.status === 'clean' ? 0 : 1
}
