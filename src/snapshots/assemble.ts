/** The rules that need more than one file: unique names, and workflows that name what exists. Pure. */
import type { Document } from '../documents/document.ts'
import type { Violation } from '../documents/violation.ts'
import type { Oid } from '../kernel/ids.ts'
import type { Json, JsonObject } from '../kernel/json.ts'
import { policyOf } from '../policies/definition.ts'
import type { Routable } from '../routing/route.ts'
import { buildRouter } from '../routing/router.ts'
import type { Tool } from '../tools/tool.ts'
import { linkWorkflows } from '../workflows/link.ts'
import type { Workflow } from '../workflows/workflow.ts'
import type { Built } from './build.ts'
import { findingAt } from './compile-file.ts'
import type { Folder } from './file-kinds.ts'
import { type FolderContent, wholeFile } from './read-folder.ts'
import type { FileProblem } from './snapshot.ts'

type Place = { path: string; document: Document }

/** The content of `tree`, or every problem of its files, sorted by file and place. */
export function assemble(
  tree: Oid,
  folders: Partial<Record<Folder, FolderContent>>,
  treeProblems: readonly FileProblem[],
): Built {
  const problems = [...treeProblems]
  const tools = new Map<string, Tool>()
  const workflows = new Map<string, Workflow>()
  const config = new Map<string, Json>()
  /** Where each name was given first: tools and workflows share one space of names, as stages name either. */
  const named = new Map<string, Place>()
  const stems = new Map<string, string>()

  const claim = (name: string, place: Place): boolean => {
    const first = named.get(name)
    if (first) problems.push(nameTaken(name, place, first))
    else named.set(name, place)
    return first === undefined
  }

  for (const content of Object.values(folders)) {
    problems.push(...content.problems)
    for (const { path, stem, compiled } of content.files) {
      if (compiled.kind === 'bad') {
        problems.push(...compiled.findings.map((finding) => ({ file: path, ...finding })))
        continue
      }
      const { document, definition } = compiled
      const place = { path, document }
      if (definition.kind === 'tool') {
        if (claim(definition.tool.name, place)) tools.set(definition.tool.name, definition.tool)
      } else if (definition.kind === 'workflow') {
        if (claim(definition.workflow.name, place)) workflows.set(definition.workflow.name, definition.workflow)
      } else {
        const first = stems.get(stem)
        if (first) problems.push(wholeFile(path, 'duplicate-config', `${first} gives "${stem}" too; keep one of them.`))
        stems.set(stem, path)
        config.set(stem, definition.value)
      }
    }
  }

  // Only where each file is good by itself: a tool whose file is broken would be missed by every workflow as well.
  if (problems.length === 0) {
    for (const { workflow, violations } of linkWorkflows([...workflows.values()], new Set(tools.keys()))) {
      const place = named.get(workflow)
      if (place) problems.push(...violations.map((violation) => problemAt(place, violation)))
    }
  }
  if (problems.length > 0) return { kind: 'refused', problems: problems.sort(byPlace) }
  const routables = [...[...tools.values()].map(toolRoutable), ...[...workflows.values()].map(workflowRoutable)]
  return {
    kind: 'content',
    content: {
      tree,
      tools,
      workflows,
      config: Object.fromEntries(config) as JsonObject,
      policy: policyOf(config.get('policy')),
      router: buildRouter(routables),
    },
  }
}

const problemAt = ({ path, document }: Place, violation: Violation): FileProblem => ({
  file: path,
  ...findingAt(document, violation),
})

const nameTaken = (name: string, place: Place, first: Place): FileProblem =>
  problemAt(place, {
    pointer: '/name',
    code: 'duplicate-name',
    detail: `"${name}" is already the name of ${first.path}; a tool or workflow needs a name of its own.`,
  })

const byPlace = (a: FileProblem, b: FileProblem): number =>
  a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column

const toolRoutable = (tool: Tool): Routable => ({ ...routableMembers(tool), kind: 'tool' })
const workflowRoutable = (workflow: Workflow): Routable => ({ ...routableMembers(workflow), kind: 'workflow' })

const routableMembers = ({
  name,
  description,
  patterns,
  examples,
  input,
}: Tool | Workflow): Omit<Routable, 'kind'> => ({
  name,
  patterns,
  examples,
  ...(description === undefined ? {} : { description }),
  ...(input === undefined ? {} : { input }),
})
