/** The product over a real repository, what is done to both, and the model that says what has to come of it. */
import { type App, createApp } from '../../src/app.ts'
import { readConfig } from '../../src/boot/config.ts'
import { createFolder, type Folder } from '../support/folder.ts'
import { type Branch, NO_BRANCH, type Revision } from './branch.ts'

export const TENANTS = ['ant', 'bee', 'cat'] as const
export type TenantName = (typeof TENANTS)[number]

export type Model = Map<TenantName, Branch>

export type World = {
  folder: Folder
  /** Stops the product and starts it anew on the same repository and data. */
  restart(): Promise<void>
  send(tenant: TenantName, path: string, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

export const newModel = (): Model => new Map(TENANTS.map((tenant) => [tenant, NO_BRANCH]))

export const branchOf = (model: Model, tenant: TenantName): Branch => model.get(tenant) ?? NO_BRANCH

export const FILE = 'config/own.json'

export type Content = Pick<Revision, 'text' | 'value'>

/** A file that says whose it is, and which. */
export const good = (tenant: TenantName, value: number): Content => ({
  text: JSON.stringify({ of: tenant, value }),
  value,
})

/** The same, cut off. */
export const broken = (tenant: TenantName, value: number): Content => ({
  text: good(tenant, value).text.slice(0, -1),
  value: null,
})

export async function openWorld(): Promise<World> {
  const folder = createFolder()
  const start = (): Promise<App> => createApp(readConfig(folder.env, folder.path))
  let app = await start()
  return {
    folder,
    async restart() {
      await app.close()
      app = await start()
    },
    send: async (tenant, path, init = {}) =>
      app.server.request(`http://localhost${path}`, {
        ...init,
        headers: { ...(init.headers as Record<string, string>), 'X-Tenant-ID': tenant },
      }),
    async close() {
      await app.close()
      folder.remove()
    },
  }
}
