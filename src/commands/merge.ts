/** `espalier merge --ndjson` and `espalier merge-driver`. */
import { readFile, writeFile } from 'node:fs/promises'
import { runMergeDriver } from '../rollouts/merge/merge-driver-command.ts'
import { runNdjsonMerge } from '../rollouts/merge/ndjson-command.ts'

export async function mergeLines(): Promise<void> {
  process.exitCode = await runNdjsonMerge(process.stdin, process.stdout)
}

export async function mergeForGit(base: string, ours: string, theirs: string, path: string): Promise<void> {
  process.exitCode = await runMergeDriver({
    argv: [base, ours, theirs, path],
    files: { read: (file) => readFile(file), write: (file, content) => writeFile(file, content) },
    report: (message) => process.stderr.write(`${message}\n`),
  })
}
