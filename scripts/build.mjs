/**
 * Builds `dist/` from `src/`: Node 20 does not run TypeScript, and one bundle starts several times faster than hundreds
 * of modules. better-sqlite3 stays outside (it has a native part).
 */
import { chmodSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(root, 'dist')

/** CommonJS packages inside an ES module bundle still call `require` for Node's own modules. */
const REQUIRE =
  "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);"

rmSync(dist, { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: {
    cli: 'src/cli.ts',
    'expression-worker': 'src/expressions/worker.ts',
    'ssh-program': 'src/signing/ssh-program-main.ts',
  },
  outdir: dist,
  bundle: true,
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
for (const program of ['cli.js', 'ssh-program.js']) chmodSync(join(dist, program), 0o755)
