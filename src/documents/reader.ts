/** What each format's reader is given and gives. */
import type { DocumentLimits, Position } from './document.ts'
import type { FindingLog } from './finding.ts'
import type { TreeNode } from './tree.ts'

export type ReaderInput = {
  text: string
  limits: DocumentLimits
  log: FindingLog
  positionOf: (offset: number) => Position
}

/** Reads the whole text. Undefined means that the log says why; a tree counts only while the log is empty. */
export type Reader = (input: ReaderInput) => TreeNode | undefined
