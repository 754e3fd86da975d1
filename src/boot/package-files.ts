/** Files that come with the program. It is built into one folder below the package, `dist/`, and tested from `src/`. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The package's own folder: the nearest one above this file that has a package.json. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder))
      throw new Error('The program is not in its package: no folder above it has a package.json.')
    folder = dirname(folder)
  }
  return folder
}

const ROOT = packageRoot()

export const packageFile = (path: string): string => join(ROOT, path)

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }
  return version
}
