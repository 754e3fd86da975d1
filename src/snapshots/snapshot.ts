/**
 * What one commit of a tenant's branch means: its tools, workflows and configuration, checked and ready to run.
 * Invariant: a `Snapshot` is whole and valid, and never changes; a tree with one error has none.
 */
import type { Oid } from '../kernel/ids.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { Policy } from '../policies/policy.ts'
import type { Router } from '../routing/route.ts'
import type { Tool } from '../tools/tool.ts'
import type { Workflow } from '../workflows/workflow.ts'

/** What a tree holds. Shared by every commit, of whichever tenant, that has this very tree. */
export type Content = {
  readonly tree: Oid
  readonly tools: ReadonlyMap<string, Tool>
  readonly workflows: ReadonlyMap<string, Workflow>
  /** One member for each file of `config/`, named by its stem. */
  readonly config: JsonObject
  /** What `config/policy.yaml` allows. */
  readonly policy: Policy
  readonly router: Router
}

export type Snapshot = Content & {
  /** The commit. */
  readonly revision: Oid
}

/** Member by member: what a spread makes has a shape of its own each time, which is slower to read and takes more room. */
export const snapshotOf = ({ tree, tools, workflows, config, policy, router }: Content, revision: Oid): Snapshot => ({
  tree,
  tools,
  workflows,
  config,
  policy,
  router,
  revision,
})

/** One error in one file of a tree. Line and column count from 1. */
export type FileProblem = {
  file: string
  line: number
  column: number
  /** RFC 6901, into the file's value. */
  pointer: string
  code: string
  detail: string
}

export type Refusal = {
  readonly revision: Oid
  readonly problems: readonly FileProblem[]
}

/** What a tenant is served right now. */
export type Served =
  /** Its head is valid. */
  | { readonly kind: 'live'; readonly snapshot: Snapshot }
  /** Its head is not, and the last good commit answers instead. */
  | { readonly kind: 'degraded'; readonly snapshot: Snapshot; readonly refused: Refusal }
  /** Its head is not, and no good commit is known. */
  | { readonly kind: 'invalid'; readonly refused: Refusal }

/** The head of the branch, valid or not. */
export const headOf = (served: Served): Oid =>
  served.kind === 'live' ? served.snapshot.revision : served.refused.revision
