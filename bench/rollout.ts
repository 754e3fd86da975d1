/**
 * Rollouts of main to all tenants beside the ways to do it with git: by turns, on copies of one repository. Main changes four
 * files, adds one and deletes one; each tenant has two files of its own and has edited one that it shares. Then main does the
 * like once more: the first rollout of a process has to be compiled, and a server does more than one.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFixture } from './fixture.ts'
import { median, type Row, rowOf, type Sample } from './report.ts'
import { nativePipeline, tutorialLoop } from './rivals/native-rollout.ts'
import type { Once } from './rollout-once.ts'
import { changeTrunk } from './trunk-change.ts'

type Measuring = { root: string; tenants: number; rounds: number; progress(text: string): void }

type Ours = { work: string; heads: 'known' | 'unknown'; signing: 'unsigned' | 'signed' }

const UNSIGNED: Ours = { work: 'unsigned', heads: 'known', signing: 'unsigned' }

const OURS: readonly Ours[] = [
  UNSIGNED,
  { work: 'signed', heads: 'known', signing: 'signed' },
  { work: 'unsigned, no branch validated before', heads: 'unknown', signing: 'unsigned' },
]

/** Rollouts of one process. */
const NTH = ['the first', 'the next'] as const

/** Tenants of which the loop's time is taken, at most. */
const LOOPED = 10

export async function rollout({ root, tenants, rounds, progress }: Measuring): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'espalier-bench-rollout-'))
  const reposDir = join(folder, 'repos')
  /** Runs `measure` on a copy of the repository as it was. */
  const onCopy = <T>(measure: (reposDir: string) => T): T => {
    const copy = join(folder, 'copy')
    // Ten thousand refs are as many files: cp takes a fifth of the time of Node's own copying.
    execFileSync('cp', ['-a', reposDir, copy])
    try {
      return measure(copy)
    } finally {
      rmSync(copy, { recursive: true, force: true })
    }
  }
  try {
    progress(`a fixture of ${tenants} tenants`)
    await createFixture({ reposDir, starterDir: join(root, 'starter'), tenants })
    execFileSync('git', ['-C', reposDir, 'update-ref', '-d', 'refs/heads/customer/starter-only'])
    changeTrunk(reposDir)
    const samples = new Map<string, Sample[]>()
    const note = (row: string, sample: Sample): void => void samples.set(row, [...(samples.get(row) ?? []), sample])
    const loopS: number[] = []
    let maxRssKb = 0
    for (let round = 1; round <= rounds; round += 1) {
      const pipelineS = onCopy((copy) => {
        const firstMs = nativePipeline(copy)
        changeTrunk(copy, 'next')
        return [firstMs, nativePipeline(copy)].map(toSeconds)
      })
      const looped = Math.min(LOOPED, tenants)
      loopS.push(((onCopy((copy) => tutorialLoop(copy, looped)) / looped) * tenants) / 1_000)
      const [floor] = onCopy((copy) => runOnce(copy, UNSIGNED, 'floor'))
      const floorS = toSeconds(floor!.totalMs)
      progress(`round ${round}, only the same packs and refs: ${floorS.toFixed(2)} s ${JSON.stringify(floor)}`)
      for (const ours of OURS) {
        for (const [nth, once] of onCopy((copy) => runOnce(copy, ours)).entries()) {
          requireAll(once, tenants)
          maxRssKb = Math.max(maxRssKb, once.maxRssKb)
          const work = `${ours.work}, ${NTH[nth]}`
          const sample = { ours: toSeconds(once.totalMs), theirs: pipelineS[nth]! }
          note(`${work} | merge-tree, fast-import, update-ref`, sample)
          if (nth === 0 && ours.heads === 'known') {
            const loop = `checkout, merge, push: ${LOOPED} tenants, extrapolated`
            note(`${work} | ${loop}`, { ...sample, theirs: loopS.at(-1)! })
          }
          if (nth === 0 && ours === UNSIGNED)
            note(`${work} | only the same packs and refs`, { ...sample, theirs: floorS })
          progress(`round ${round}, ${work}: ${sample.ours} s to ${sample.theirs} s ${JSON.stringify(once)}`)
        }
      }
    }
    progress(`the most memory: ${Math.round(maxRssKb / 1_000)} MB; a loop: ${Math.round(median(loopS))} s`)
    return [...samples].map(([name, of]) => {
      const [work = '', rival = ''] = name.split(' | ')
      return rowOf({ work, rival, unit: 's' }, of)
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function runOnce(reposDir: string, { heads, signing }: Ours, work: 'all' | 'floor' = 'all'): Once[] {
  const program = join(import.meta.dirname, 'rollout-once.mjs')
  const count = work === 'all' ? NTH.length : 1
  const args = [program, join(reposDir, '.git'), heads, signing, work, String(count)]
  return JSON.parse(execFileSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }).toString()) as Once[]
}

/** With as many digits as a person reads. */
const toSeconds = (ms: number): number => Math.round(ms) / 1_000

function requireAll({ moved, outcomes }: Once, tenants: number): void {
  if (moved !== tenants) throw new Error(`${moved} of ${tenants} branches moved: ${JSON.stringify(outcomes)}`)
}
