/**
 * Three-way merge of one file: by structure where it is JSON or YAML, else by lines as `git merge-file` does. Pure.
 * Invariants: a clean structural result reads again as exactly the value that was decided, without a key twice; where
 * Git's own merge is clean and holds that value, the result is Git's, byte for byte; whatever cannot be had in this
 * way is a conflict or Git's merge, never a guess.
 */

import { giveFormat, mergeFormat, takeFormat } from './format.ts'
import { readJson } from './json/read-json.ts'
import { type Labels, mergeLines, mergeLinesCleanly } from './lines/merge-lines.ts'
import { mergeDocuments } from './merge-documents.ts'
import { mergeStructure, type Reader, type StructureInput, type StructureMerge } from './merge-structure.ts'
import { once } from './once.ts'
import type { Conflict, MergeInput, MergeResult } from './result.ts'
import { compilePolicies, type Policies } from './values/policies.ts'
import { readYaml } from './yaml/read-yaml.ts'

type Structure = { reader: Reader; merge: (input: StructureInput) => StructureMerge }

const JSON_STRUCTURE: Structure = { reader: readJson, merge: mergeStructure }
const YAML_STRUCTURE: Structure = { reader: readYaml, merge: mergeDocuments }

/** By extension. */
const STRUCTURES: Readonly<Record<string, Structure>> = {
  json: JSON_STRUCTURE,
  jsonc: JSON_STRUCTURE,
  yaml: YAML_STRUCTURE,
  yml: YAML_STRUCTURE,
}

/** Git looks this far for a NUL to tell binary files, which it does not merge. */
const BINARY_PROBE_CHARACTERS = 8000

const isBinary = (text: string): boolean => text.slice(0, BINARY_PROBE_CHARACTERS).includes('\0')

const BINARY: MergeResult = {
  status: 'conflict',
  method: 'lines',
  text: null,
  conflicts: [{ pointer: '', kind: 'lines', base: null, ours: null, theirs: null }],
}

const SIDE_NAMES = { ours: 'ours', theirs: 'theirs' }

export function mergeFiles(input: MergeInput): MergeResult {
  const { path, base, ours, theirs, policies = {}, labels = SIDE_NAMES } = input
  const rules = compilePolicies(policies)
  const owner = ownerOfAll(rules)
  if (owner !== undefined) return { status: 'clean', method: 'structural', text: input[owner], conflicts: [] }
  if ([base, ours, theirs].some(isBinary)) return BINARY
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? ''
  const structure = Object.hasOwn(STRUCTURES, extension) ? STRUCTURES[extension] : undefined
  if (structure === undefined || (!rules.hasOwners && isTrivial(input))) return byLines(input, labels)
  const b = takeFormat(base)
  const o = takeFormat(ours)
  const t = takeFormat(theirs)
  if (b === undefined || o === undefined || t === undefined) return byLines(input, labels)
  const native = once(() => input.native ?? mergeLinesCleanly(base, ours, theirs))
  const format = mergeFormat(b.format, o.format, t.format)
  const merged = structure.merge({
    reader: structure.reader,
    base: b.content,
    ours: o.content,
    theirs: t.content,
    native: () => contentOf(native()),
    policies: rules,
    labels,
  })
  switch (merged.outcome) {
    case 'unread':
      return byLines(input, labels)
    case 'native':
      return { status: 'clean', method: 'structural', text: native() ?? null, conflicts: [] }
    case 'clean':
      return { status: 'clean', method: 'structural', text: giveFormat(merged.text, format), conflicts: [] }
    case 'conflict':
      return {
        status: 'conflict',
        method: 'structural',
        text: giveFormat(merged.text, format),
        conflicts: merged.conflicts,
      }
  }
}

const contentOf = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : takeFormat(text)?.content

/** The side that owns the whole file, without exception. */
function ownerOfAll(policies: Policies): 'ours' | 'theirs' | undefined {
  const owner = policies.owner('')
  return owner === 'both' || policies.ownsBelow('') ? undefined : owner
}

const isTrivial = ({ base, ours, theirs }: MergeInput): boolean => ours === theirs || ours === base || theirs === base

function byLines({ base, ours, theirs, native }: MergeInput, labels: Labels): MergeResult {
  const { text, conflicts } =
    native === undefined ? mergeLines(base, ours, theirs, labels) : { text: native, conflicts: [] }
  const found = conflicts.map(
    ({ ours, theirs }): Conflict => ({ pointer: '', kind: 'lines', base: null, ours, theirs }),
  )
  return { status: found.length === 0 ? 'clean' : 'conflict', method: 'lines', text, conflicts: found }
}
