/** Programs of the tests that run in processes of their own, bundled as the product is. */
import { join } from 'node:path'
import { build } from 'esbuild'
import { PROJECT } from '../support/checkout.ts'

/** Where the bundle of the program `name` is. */
export const bundlePath = (name: string): string => join(PROJECT, `node_modules/.cache/test/${name}.mjs`)

/** @param name of a file of this folder, without its ending */
export const bundleProgram = (name: string): Promise<unknown> =>
  build({
    absWorkingDir: PROJECT,
    entryPoints: [`test/faults/${name}.ts`],
    outfile: bundlePath(name),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    logLevel: 'warning',
  })
