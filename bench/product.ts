/** The product over a fixture, in a process of its own. */
import { join } from 'node:path'
import { createFixture, type Fixture } from './fixture.ts'
import { productIn, type ServerProcess, startServer } from './server-process.ts'
import type { StandaloneContext } from './standalone.ts'

export type Product = { fixture: Fixture; reposDir: string; start(): Promise<ServerProcess> }

/** @param name of its folder in `scratch`; each start after the first is over the same repository and data */
export async function createProduct(
  { root, scratch, progress }: Pick<StandaloneContext, 'root' | 'scratch' | 'progress'>,
  name: string,
  tenants: number,
): Promise<Product> {
  progress(`a fixture of ${tenants} tenants`)
  const reposDir = join(scratch, name, 'repos')
  const fixture = await createFixture({ reposDir, starterDir: join(root, 'starter'), tenants })
  const env = { APP_ADDR: '127.0.0.1:0', REPOS_DIR: reposDir, ESPALIER_DATA_DIR: join(scratch, name, 'data') }
  return { fixture, reposDir, start: () => startServer(productIn(root), { cwd: scratch, env }) }
}
