/** Runs a command on the product itself, without a server, and lets go of everything after it. */
import type { Origin } from '../../access/actor.ts'
import { type App, createApp } from '../../app.ts'
import { type Config, readConfig } from '../../boot/config.ts'
import { findRepository, type RepositoryLayout } from '../../git/setup/layout.ts'
import { StartRefused } from '../../kernel/start-refused.ts'

/** @throws StartRefused where there is no repository: a command in the wrong folder makes none */
export async function withApp<T>(use: (app: App) => Promise<T>): Promise<T> {
  requireRepository(readConfig(process.env, process.cwd()))
  return withNewApp(use)
}

/** The same, and a repository is made where there is none, as by the first start of the server. */
export async function withNewApp<T>(use: (app: App) => Promise<T>): Promise<T> {
  const app = await createApp(readConfig(process.env, process.cwd()), { logs: 'errors' })
  try {
    return await use(app)
  } finally {
    await app.close()
  }
}

/** @throws StartRefused where there is none */
export function requireRepository({ reposDir }: Config): RepositoryLayout {
  const layout = findRepository(reposDir)
  if (layout) return layout
  throw new StartRefused(
    `There is no repository at ${reposDir}. Name one with REPOS_DIR, or make one with \`espalier serve\` or \`espalier tenant create\`.`,
  )
}

/** Whoever runs a command owns the repository and the database. */
export const originHere = ({ newId }: App): Origin => ({ actor: { kind: 'local' }, requestId: newId(), address: null })
