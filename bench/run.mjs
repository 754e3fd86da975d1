/** Node 20 does not run TypeScript: bundles the benchmarks to a folder of the cache, and starts them there. */
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const outdir = join(root, 'node_modules/.cache/bench')

await build({
  absWorkingDir: root,
  entryPoints: {
    main: 'bench/main.ts',
    'autocannon-load': 'bench/autocannon-load.ts',
    'bare-hono': 'bench/rivals/bare-hono.ts',
    'rollout-once': 'bench/rollout-once.ts',
    'plain-objects': 'bench/rivals/plain-objects.ts',
    'without-controls': 'bench/rivals/without-controls.ts',
  },
  outdir,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  outExtension: { '.js': '.mjs' },
  logLevel: 'warning',
})
const { main } = await import(pathToFileURL(join(outdir, 'main.mjs')).href)
process.exitCode = await main(process.argv.slice(2), root)
