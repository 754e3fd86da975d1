/** The rules of `config/merge.yaml` at a revision of the repository in which a command runs, checked like every file. */
import { formatFinding } from '../../documents/finding.ts'
import { parseDocument } from '../../documents/parse.ts'
import { GitFailure, runGit } from '../../git/run.ts'
import { MERGE_SCHEMA } from '../../rollouts/merge/rules/definition.ts'
import { type MergeRules, mergeRulesOf } from '../../rollouts/merge/rules/merge-rules.ts'
import { compileValidator } from '../../schemas/ajv.ts'
import { findingAt } from '../../snapshots/compile-file.ts'
import { kindOf, stemOf } from '../../snapshots/file-kinds.ts'

export type RulesRead = { kind: 'rules'; rules: MergeRules } | { kind: 'refused'; problems: readonly string[] }

export async function rulesAt(revision: string, cwd: string): Promise<RulesRead> {
  const git = (...args: string[]) => runGit({ cwd, args })
  try {
    const commit = String(await git('rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`)).trim()
    const listed = String(await git('ls-tree', '-z', '--name-only', '--full-tree', commit, 'config/'))
    const path = listed.split('\0').find((entry) => isRules(entry.slice('config/'.length)))
    if (path === undefined) return { kind: 'rules', rules: mergeRulesOf(undefined) }
    return readRules(path, await git('cat-file', 'blob', `${commit}:${path}`))
  } catch (error) {
    if (error instanceof GitFailure) return { kind: 'refused', problems: [error.message] }
    throw error
  }
}

const isRules = (name: string): boolean => kindOf('config', stemOf(name) ?? '') === 'merge-rules'

function readRules(path: string, bytes: Uint8Array): RulesRead {
  const parsed = parseDocument(path, bytes)
  const found =
    parsed.kind === 'rejected'
      ? parsed.findings
      : compileValidator(MERGE_SCHEMA)(parsed.document.value).map((violation) => findingAt(parsed.document, violation))
  if (parsed.kind === 'rejected' || found.length > 0) {
    return { kind: 'refused', problems: found.map((finding) => formatFinding(path, finding)) }
  }
  return { kind: 'rules', rules: mergeRulesOf(parsed.document.value) }
}
