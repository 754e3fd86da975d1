/**
 * One folder of a tenant's tree (`tools/`, `workflows/`, `config/`), compiled.
 * Shared by every tree that holds this very folder, maps and all: a tenant that changes `config/` keeps the trunk's tools.
 */
import type { Json } from '../kernel/json.ts'
import type { Tool } from '../tools/tool.ts'
import type { Workflow } from '../workflows/workflow.ts'
import type { CompiledFile } from './compile-file.ts'
import type { FileProblem } from './snapshot.ts'
import { toolsBeside } from './tools-beside.ts'

/** One object for each path and blob, whichever trees have it. */
export type FolderFile = {
  path: string
  compiled: CompiledFile
  /** About what it takes in memory. */
  bytes: number
}

export type FolderContent = {
  files: readonly FolderFile[]
  /** Of the folder as such, and of each file by itself. */
  problems: readonly FileProblem[]
  /** By name. Where two files give one name, `assemble` says so, and the first is here. */
  tools: ReadonlyMap<string, Tool>
  workflows: ReadonlyMap<string, Workflow>
  /** By stem. */
  config: ReadonlyMap<string, Json>
  /** About what it takes in memory with those of its files that no folder before it had. */
  bytes: number
}

/** Of a folder, for each file in it, and beside that (measured). */
const LISTED_BYTES = { each: 64, fixed: 1_000 } as const

/** What a folder takes beside the files that it holds. */
export const listedBytes = (files: readonly FolderFile[]): number =>
  LISTED_BYTES.fixed + files.length * LISTED_BYTES.each

/**
 * @param newBytes of the files that were read for this folder
 * @param beside the tools of a folder that probably has most of them
 */
export function folderContent(
  files: readonly FolderFile[],
  folderProblems: readonly FileProblem[],
  { newBytes = 0, beside = NOTHING }: { newBytes?: number; beside?: ReadonlyMap<string, Tool> } = {},
): FolderContent {
  const tools = new Map<string, Tool>()
  const workflows = new Map<string, Workflow>()
  const config = new Map<string, Json>()
  const problems = [...folderProblems]
  for (const { path, compiled } of files) {
    if (compiled.kind === 'bad') {
      problems.push(...compiled.findings.map((finding) => ({ file: path, ...finding })))
      continue
    }
    const { definition } = compiled
    if (definition.kind === 'tool') setFirst(tools, definition.tool.name, definition.tool)
    else if (definition.kind === 'workflow') setFirst(workflows, definition.workflow.name, definition.workflow)
    else setFirst(config, stemIn(path), definition.value)
  }
  return {
    files,
    problems,
    tools: tools.size === files.length ? toolsBeside(beside, kept(tools)) : kept(tools),
    workflows: kept(workflows),
    config: kept(config),
    bytes: listedBytes(files) + newBytes,
  }
}

/** Of a file that is read: the name without its folder and its extension. */
export const stemIn = (path: string): string => path.slice(path.indexOf('/') + 1, path.lastIndexOf('.'))

/** Of a folder's three maps two are empty, and an empty map takes more than the names in it would. */
const kept = <T>(map: Map<string, T>): ReadonlyMap<string, T> => (map.size > 0 ? map : NOTHING)

/** What a tree without a folder has of it. */
export const NOTHING: ReadonlyMap<string, never> = new Map<string, never>()

function setFirst<T>(map: Map<string, T>, key: string, value: T): void {
  if (!map.has(key)) map.set(key, value)
}
