/**
 * Builds `dist/` from `src/`: Node 20 does not run TypeScript, and a few files start several times faster than hundreds
 * of modules. better-sqlite3 stays outside (it has a native part).
 */
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')
/** Built beside and renamed file by file: a command that starts meanwhile finds the old program or the new one. */
const draft = join(root, `dist/.building-${process.pid}`)

/** CommonJS packages inside an ES module bundle still call `require` for Node's own modules. */
const REQUIRE =
  "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);"

mkdirSync(draft, { recursive: true })
await build({
  absWorkingDir: root,
  entryPoints: {
    cli: 'src/cli.ts',
    'expression-worker': 'src/expressions/workers/worker.ts',
    'planner-thread': 'src/app/planner-thread.ts',
    'ssh-program': 'src/signing/program/main.ts',
  },
  outdir: draft,
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // jsonc-parser's `main` is UMD, which no bundler can follow; its `module` is plain.
  mainFields: ['module', 'main'],
  external: ['better-sqlite3'],
  banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
  legalComments: 'linked',
  sourcemap: process.argv.includes('--sourcemap'),
  logLevel: 'warning',
})
for (const program of ['cli.js', 'ssh-program.js']) chmodSync(join(draft, program), 0o755)
const built = filesIn(draft).sort(cliLast)
mkdirSync(join(dist, 'chunks'), { recursive: true })
for (const file of built) renameSync(join(draft, file), join(dist, file))
rmSync(draft, { recursive: true })
for (const file of filesIn(dist)) if (!built.includes(file) && !file.startsWith('.building-')) rmSync(join(dist, file))

/** Paths of all files below `folder`, relative to it. */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}

/** `cli.js` is what the scripts compare with the sources: it comes when all else is in place. */
function cliLast(a, b) {
  return Number(a === 'cli.js') - Number(b === 'cli.js')
}
