/** The rules that need more than one file: unique names, and workflows that name what exists. Pure. */
import type { Violation } from '../documents/violation.ts'
import type { Oid } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import { policyOf } from '../policies/definition.ts'
import type { Routers } from '../routing/routers.ts'
import type { Linker, LinkProblem } from '../workflows/link.ts'
import { type CompiledFile, locate } from './compile-file.ts'
import type { Folder } from './file-kinds.ts'
import { type FolderContent, type FolderFile, NOTHING, stemIn } from './folder-content.ts'
import { wholeFile } from './read-folder.ts'
import type { Content, FileProblem } from './snapshot.ts'

export type Built =
  /** `bytes`: about what it takes in memory beside what others have as well. */
  | { kind: 'content'; content: Content; bytes: number }
  | { kind: 'refused'; problems: readonly FileProblem[]; bytes: number }

/** What contents share, and what this one takes in memory. */
type Ground = { linked: Linker; routers: Routers; bytes: number }

/** The content of `tree`, or every problem of its files, sorted by file and place. */
export function assemble(
  tree: Oid,
  folders: Partial<Record<Folder, FolderContent>>,
  treeProblems: readonly FileProblem[],
  { linked, routers, bytes }: Ground,
): Built {
  const tools = folders.tools?.tools ?? NOTHING
  const workflows = folders.workflows?.workflows ?? NOTHING
  const config = folders.config?.config ?? NOTHING
  const all = Object.values(folders)
  const problems = [...treeProblems, ...all.flatMap((content) => content.problems)]
  if (!haveOwnNames(all, tools, workflows)) problems.push(...takenNames(all.flatMap(({ files }) => files)))
  // Only where each file is good by itself: a tool whose file is broken would be missed by every workflow as well.
  if (problems.length === 0) {
    problems.push(...unlinked(folders.workflows?.files ?? [], linked(workflows, tools)))
  }
  if (problems.length > 0) return { kind: 'refused', problems: problems.sort(byPlace), bytes }
  return {
    kind: 'content',
    content: {
      tree,
      tools,
      workflows,
      config: Object.fromEntries(config) as JsonObject,
      policy: policyOf(config.get('policy')),
      router: routers.of(tools, workflows),
    },
    bytes,
  }
}

/** Nearly always, and known without a look at each file. */
function haveOwnNames(
  folders: readonly FolderContent[],
  tools: ReadonlyMap<string, unknown>,
  workflows: ReadonlyMap<string, unknown>,
): boolean {
  const isOwn = (content: FolderContent): boolean =>
    content.files.length === content.tools.size + content.workflows.size + content.config.size
  return folders.every(isOwn) && [...workflows.keys()].every((name) => !tools.has(name))
}

/** The name that a file claims: tools and workflows share one space of names, as stages name either. */
function claimOf({ path, compiled }: FolderFile): string | undefined {
  if (compiled.kind === 'bad') return undefined
  const { definition } = compiled
  if (definition.kind === 'tool') return `name ${definition.tool.name}`
  return definition.kind === 'workflow' ? `name ${definition.workflow.name}` : `stem ${stemIn(path)}`
}

function* takenNames(files: readonly FolderFile[]): Iterable<FileProblem> {
  const claimed = new Map<string, FolderFile>()
  for (const file of files) {
    const claim = claimOf(file)
    const first = claim === undefined ? undefined : claimed.get(claim)
    if (claim === undefined) continue
    if (first) yield taken(file, first)
    else claimed.set(claim, file)
  }
}

function taken(file: FolderFile, first: FolderFile): FileProblem {
  const { path, compiled } = file
  const name = compiled.kind === 'good' ? nameOf(compiled) : undefined
  if (name === undefined) {
    return wholeFile(path, 'duplicate-config', `${first.path} gives "${stemIn(path)}" too; keep one of them.`)
  }
  return problemAt(file, {
    pointer: '/name',
    code: 'duplicate-name',
    detail: `"${name}" is already the name of ${first.path}; a tool or workflow needs a name of its own.`,
  })
}

function nameOf({ definition }: CompiledFile & { kind: 'good' }): string | undefined {
  if (definition.kind === 'tool') return definition.tool.name
  return definition.kind === 'workflow' ? definition.workflow.name : undefined
}

function unlinked(files: readonly FolderFile[], found: readonly LinkProblem[]): FileProblem[] {
  return found.flatMap(({ workflow, violations }) => {
    const file = files.find(({ compiled }) => compiled.kind === 'good' && nameOf(compiled) === workflow)
    return file ? violations.map((violation) => problemAt(file, violation)) : []
  })
}

function problemAt({ path, compiled }: FolderFile, violation: Violation): FileProblem {
  if (compiled.kind === 'bad') return wholeFile(path, violation.code, violation.detail)
  return { file: path, ...locate(path, compiled, violation) }
}

const byPlace = (a: FileProblem, b: FileProblem): number =>
  a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column
