/** The rules that need more than one file: unique names, and workflows that name what exists. Pure. */
import type { Violation } from '../documents/violation.ts'
import type { Oid } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import { policyOf } from '../policies/definition.ts'
import type { Routers } from '../routing/routers.ts'
import { linkWorkflows } from '../workflows/link.ts'
import type { CompiledFile } from './compile-file.ts'
import type { Folder } from './file-kinds.ts'
import { type FolderContent, type FolderFile, NOTHING } from './folder-content.ts'
import { wholeFile } from './read-folder.ts'
import type { Content, FileProblem } from './snapshot.ts'

export type Assembled = { kind: 'content'; content: Content } | { kind: 'refused'; problems: readonly FileProblem[] }

/** The content of `tree`, or every problem of its files, sorted by file and place. */
export function assemble(
  tree: Oid,
  folders: Partial<Record<Folder, FolderContent>>,
  treeProblems: readonly FileProblem[],
  routers: Routers,
): Assembled {
  const all = Object.values(folders)
  const files = all.flatMap((content) => content.files)
  const tools = folders.tools?.tools ?? NOTHING
  const workflows = folders.workflows?.workflows ?? NOTHING
  const config = folders.config?.config ?? NOTHING
  const problems = [
    ...treeProblems,
    ...all.flatMap((content) => content.problems),
    ...files.flatMap(findingsOf),
    ...takenNames(files),
  ]
  // Only where each file is good by itself: a tool whose file is broken would be missed by every workflow as well.
  if (problems.length === 0) problems.push(...unlinked(files, linkWorkflows([...workflows.values()], tools)))
  if (problems.length > 0) return { kind: 'refused', problems: problems.sort(byPlace) }
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
  }
}

const findingsOf = ({ path, compiled }: FolderFile): FileProblem[] =>
  compiled.kind === 'bad' ? compiled.findings.map((finding) => ({ file: path, ...finding })) : []

/** The name that a file claims: tools and workflows share one space of names, as stages name either. */
function claimOf({ stem, compiled }: FolderFile): string | undefined {
  if (compiled.kind === 'bad') return undefined
  const { definition } = compiled
  if (definition.kind === 'tool') return `name ${definition.tool.name}`
  return definition.kind === 'workflow' ? `name ${definition.workflow.name}` : `stem ${stem}`
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
  const { path, stem, compiled } = file
  const name = compiled.kind === 'good' ? nameOf(compiled) : undefined
  if (name === undefined) {
    return wholeFile(path, 'duplicate-config', `${first.path} gives "${stem}" too; keep one of them.`)
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

function unlinked(files: readonly FolderFile[], found: ReturnType<typeof linkWorkflows>): FileProblem[] {
  return found.flatMap(({ workflow, violations }) => {
    const file = files.find(({ compiled }) => compiled.kind === 'good' && nameOf(compiled) === workflow)
    return file ? violations.map((violation) => problemAt(file, violation)) : []
  })
}

function problemAt({ path, compiled }: FolderFile, violation: Violation): FileProblem {
  if (compiled.kind === 'bad') return wholeFile(path, violation.code, violation.detail)
  return { file: path, ...compiled.locate(violation) }
}

const byPlace = (a: FileProblem, b: FileProblem): number =>
  a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column
