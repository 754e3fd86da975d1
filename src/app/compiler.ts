/** Compiles tenants' files, without a repository: what `espalier validate` needs of the product. */
import { pathToFileURL } from 'node:url'
import { packageFile } from '../boot/package-files.ts'
import { createExpressions } from '../expressions/expressions.ts'
import { createExpressionWorkers } from '../expressions/workers/workers.ts'
import { createFileCompiler, type FileCompiler } from '../snapshots/compile-file.ts'
import { createToolCompiler } from '../tools/compile.ts'

export type Compiler = { compile: FileCompiler; close(): Promise<void> }

export function createCompiler(): Compiler {
  const workers = createExpressionWorkers({ workerUrl: pathToFileURL(packageFile('dist/expression-worker.js')) })
  const tools = createToolCompiler({ expressions: createExpressions({ workers }) })
  return { compile: createFileCompiler(tools), close: () => workers.close() }
}
