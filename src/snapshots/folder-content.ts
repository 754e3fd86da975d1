/**
 * One folder of a tenant's tree (`tools/`, `workflows/`, `config/`), compiled.
 * Shared by every tree that holds this very folder, maps and all: a tenant that changes `config/` keeps the trunk's tools.
 */
import type { Json } from '../kernel/json.ts'
import type { Tool } from '../tools/tool.ts'
import type { Workflow } from '../workflows/workflow.ts'
import type { CompiledFile } from './compile-file.ts'
import type { FileProblem } from './snapshot.ts'

/** One object for each path and blob, whichever trees have it. */
export type FolderFile = {
  path: string
  stem: string
  compiled: CompiledFile
  /** About what it takes in memory. */
  bytes: number
}

export type FolderContent = {
  files: readonly FolderFile[]
  /** Of the folder as such; those of its files are in `files`. */
  problems: readonly FileProblem[]
  /** By name. Where two files give one name, `assemble` says so, and the first is here. */
  tools: ReadonlyMap<string, Tool>
  workflows: ReadonlyMap<string, Workflow>
  /** By stem. */
  config: ReadonlyMap<string, Json>
}

export function folderContent(files: readonly FolderFile[], problems: readonly FileProblem[]): FolderContent {
  const tools = new Map<string, Tool>()
  const workflows = new Map<string, Workflow>()
  const config = new Map<string, Json>()
  for (const { stem, compiled } of files) {
    if (compiled.kind === 'bad') continue
    const { definition } = compiled
    if (definition.kind === 'tool') setFirst(tools, definition.tool.name, definition.tool)
    else if (definition.kind === 'workflow') setFirst(workflows, definition.workflow.name, definition.workflow)
    else setFirst(config, stem, definition.value)
  }
  return { files, problems, tools: kept(tools), workflows: kept(workflows), config: kept(config) }
}

/** Of a folder's three maps two are empty, and an empty map takes more than the names in it would. */
const kept = <T>(map: Map<string, T>): ReadonlyMap<string, T> => (map.size > 0 ? map : NOTHING)

/** What a tree without a folder has of it. */
export const NOTHING: ReadonlyMap<string, never> = new Map<string, never>()

function setFirst<T>(map: Map<string, T>, key: string, value: T): void {
  if (!map.has(key)) map.set(key, value)
}
