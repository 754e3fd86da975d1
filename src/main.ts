/** Serving, from the environment to the signal that ends it. */
import { createApp } from './app.ts'
import { type Config, readConfig } from './boot/config.ts'
import { listen } from './http/listen.ts'

/** How long requests under way may take once the process was told to end. */
const DRAIN_MS = 10_000

/** Serves until SIGTERM or SIGINT. @throws StartRefused */
export async function serve(env: NodeJS.ProcessEnv, print: (text: string) => void): Promise<void> {
  const config = readConfig(env, process.cwd())
  const app = await createApp(config)
  const listener = await listen(app.server, config.listen)
  print(greeting(config, { url: listener.url, created: app.created }))
  const signal = await nextSignal()
  print(`${signal}: finishing the requests under way.\n`)
  await listener.drain(DRAIN_MS)
  await app.close()
}

/** The second signal ends the process at once. */
const nextSignal = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })

function greeting({ reposDir, dataDir, names }: Config, { url, created }: { url: string; created: boolean }): string {
  return [
    `Espalier serves ${url}`,
    `  repository  ${reposDir}${created ? ' (just created from the starter files)' : ''}: ${names.trunk}, ${names.prefix}<tenant>`,
    `  data        ${dataDir}`,
    'Try, in another terminal:',
    '  ./setup-tenant.sh acme-corp',
    `  curl ${url}/api/v1/execute -H 'X-Tenant-ID: acme-corp' -d '{"text": "what is 12 * 7"}'`,
    '',
  ].join('\n')
}
