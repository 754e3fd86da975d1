/** `espalier merge --ndjson` and `espalier merge-driver`. */
import { readFile, writeFile } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { runMergeDriver } from '../../rollouts/merge/merge-driver-command.ts'
import { runNdjsonMerge } from '../../rollouts/merge/ndjson-command.ts'

/**
 * The engine interprets a function, and optimizes it when it has run for a while, generously with what it builds into
 * it: for the second or two that a batch takes, half of all work was the optimizer's. Plain machine code at once, and
 * optimizing later and smaller, halves a run over 800 files and takes nothing from a long one.
 */
const ENGINE_FLAGS = ['--always-sparkplug', '--interrupt-budget=700000', '--max-inlined-bytecode-size-cumulative=60']

export async function mergeLines(): Promise<void> {
  for (const flag of ENGINE_FLAGS) setFlagsFromString(flag)
  process.exitCode = await runNdjsonMerge(process.stdin, process.stdout)
}

/** Git takes the merge for a conflict and leaves ours as it is. */
const NOT_TRIED = 2

type DriverOptions = { rules?: string }

export async function mergeForGit(
  base: string,
  ours: string,
  theirs: string,
  path: string,
  { rules: revision }: DriverOptions,
): Promise<void> {
  const report = (message: string) => process.stderr.write(`${message}\n`)
  // The schema compiler is loaded only where there is something to check.
  const read = revision === undefined ? undefined : await (await import('./merge-rules.ts')).rulesAt(revision, '.')
  if (read?.kind === 'refused') {
    for (const problem of read.problems) report(problem)
    process.exitCode = NOT_TRIED
    return
  }
  process.exitCode = await runMergeDriver({
    ...(read && { policies: read.rules.policiesFor(path) }),
    argv: [base, ours, theirs, path],
    files: { read: (file) => readFile(file), write: (file, content) => writeFile(file, content) },
    report,
  })
}
