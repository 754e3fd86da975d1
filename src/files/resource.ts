/** What a change of files came to, as callers see it over HTTP and on the command line. Pure. */
import type { CommitResult, Preview } from '../commits/commit-service.ts'
import { objectId } from '../git/objects/object-id.ts'
import type { Oid } from '../kernel/ids.ts'

/** `contents` is what each file that was named holds then; null = it is gone. */
export type WrittenCommit = (CommitResult | Preview) & { contents?: ReadonlyMap<string, Uint8Array | null> }

export type CommitResource = {
  status: 'committed' | 'unchanged' | 'dry-run'
  revision: Oid | null
  parent?: Oid
  changed: readonly string[]
  files?: { path: string; oid: Oid | null; content?: string }[]
}

export function commitResource(result: WrittenCommit): CommitResource {
  const { contents } = result
  if (contents === undefined) return summaryOf(result)
  const files = [...contents].map(([path, content]) => ({
    path,
    oid: content && objectId('blob', content),
    ...(result.kind === 'would-commit' && content ? textOf(content) : {}),
  }))
  return { ...summaryOf(result), files }
}

function summaryOf(result: CommitResult | Preview): CommitResource {
  switch (result.kind) {
    case 'committed':
      return { status: 'committed', revision: result.revision, parent: result.parent, changed: result.changed }
    case 'would-commit':
      return { status: 'dry-run', revision: null, parent: result.parent, changed: result.changed }
    case 'unchanged':
      return { status: 'unchanged', revision: result.revision, changed: [] }
  }
}

function textOf(content: Uint8Array): { content?: string } {
  const text = Buffer.from(content).toString('utf8')
  return Buffer.from(text).equals(content) ? { content: text } : {}
}

/** For people: one line on what happened, and one for each file. */
export function commitText({ status, revision, changed }: CommitResource): string {
  const HEADS = {
    committed: `Committed ${revision}\n`,
    unchanged: `Nothing to change; the branch stays at ${revision}\n`,
    'dry-run': 'This would be committed; nothing was changed\n',
  }
  return HEADS[status] + changed.map((path) => `  ${path}\n`).join('')
}
