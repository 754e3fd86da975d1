/** The whole product over a repository of its own, without a socket. */
import { type App, createApp, type Overrides } from '../../src/app.ts'
import { readConfig } from '../../src/boot/config.ts'
import { createFolder, type Folder } from './folder.ts'
import type { Files, TestRepository } from './repository.ts'

export type TestApp = {
  app: App
  folder: Folder
  repository: TestRepository
  commit: Folder['commit']
  /** By `tenant`, or by nobody. */
  request(tenant: string | undefined, path: string, init?: Init): Promise<Response>
  close(): Promise<void>
}

export type Init = { method?: string; headers?: Record<string, string>; body?: string }

export async function createTestApp({
  files,
  env = {},
  overrides,
}: {
  files?: Files
  env?: NodeJS.ProcessEnv
  overrides?: Overrides
} = {}): Promise<TestApp> {
  const folder = createFolder(files)
  const app = await createApp(readConfig({ ...folder.env, ...env }, folder.path), overrides)
  return {
    app,
    folder,
    repository: folder.repository,
    commit: folder.commit,
    request: async (tenant, path, init = {}) =>
      app.server.request(`http://localhost${path}`, {
        ...init,
        headers: { ...init.headers, ...(tenant === undefined ? {} : { 'X-Tenant-ID': tenant }) },
      }),
    async close() {
      await app.close()
      folder.remove()
    },
  }
}

/** What a script would send; text goes out as it is. */
export const post = (body: unknown): Init => ({
  method: 'POST',
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
