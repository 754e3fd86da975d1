/** The product over a repository whose `main` holds the starter files, as one that was just created has it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { JsonObject } from '../../src/kernel/json.ts'
import type { Ran } from '../support/run.ts'
import { createTestApp, type Init, post } from '../support/test-app.ts'
import { STARTER } from './folder.ts'

export type Answer = { status: number; body: JsonObject }

export type Product = {
  /** Commits files to a tenant's branch, which starts from `main`. */
  commit(tenant: string, files: Readonly<Record<string, string>>): void
  execute(tenant: string, wanted: JsonObject): Promise<Answer>
  get(tenant: string, path: string): Promise<Answer>
  /** Runs `espalier validate` in `folder`. */
  validate(folder: string): Promise<Ran>
  close(): Promise<void>
}

export async function startProduct(): Promise<Product> {
  const app = await createTestApp({ files: starterFiles() })
  const ask = async (tenant: string, path: string, init?: Init): Promise<Answer> => {
    const response = await app.request(tenant, path, init)
    return { status: response.status, body: (await response.json()) as JsonObject }
  }
  return {
    commit(tenant, files) {
      app.commit(tenant, files)
    },
    execute: (tenant, wanted) => ask(tenant, '/api/v1/execute', post(wanted)),
    get: ask,
    validate: (folder) => app.folder.espalier(['validate', '.'], { cwd: folder }),
    close: () => app.close(),
  }
}

function starterFiles(): Record<string, Uint8Array> {
  const entries = readdirSync(STARTER, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile())
  const paths = entries.map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(paths.map((path) => [relative(STARTER, path), readFileSync(path)]))
}
