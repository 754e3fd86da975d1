/** The plans file of an installation: a copy of the package's at the first start, the operator's from then on. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { PlanFile } from '../plans/catalogue.ts'
import { packageFile } from './package-files.ts'

/** Two writes within one tick of a coarse clock have one mtime: a file is told by its stat only once it is older. */
const SETTLE_MS = 20

export function openPlansFile(dataDir: string): PlanFile {
  const path = join(dataDir, 'plans.yaml')
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true })
    copyFileSync(packageFile('plans.yaml'), path)
  }
  return {
    path,
    stamp() {
      const stats = statSync(path, { throwIfNoEntry: false })
      if (!stats || Date.now() - stats.mtimeMs <= SETTLE_MS) return undefined
      return [stats.mtimeMs, stats.ctimeMs, stats.ino, stats.size].join(' ')
    },
    read: () => (existsSync(path) ? readFileSync(path) : undefined),
  }
}
