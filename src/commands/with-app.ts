/** Runs a command on the product itself, without a server, and lets go of everything after it. */
import type { Origin } from '../access/actor.ts'
import { type App, createApp } from '../app.ts'
import { readConfig } from '../boot/config.ts'

export async function withApp<T>(use: (app: App) => Promise<T>): Promise<T> {
  const app = await createApp(readConfig(process.env, process.cwd()), { logs: 'errors' })
  try {
    return await use(app)
  } finally {
    await app.close()
  }
}

/** Whoever runs a command owns the repository and the database. */
export const originHere = ({ newId }: App): Origin => ({ actor: { kind: 'local' }, requestId: newId(), address: null })
