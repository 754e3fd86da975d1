/** Serving, from the environment to the signal that ends it. */
import { createApp } from './app.ts'
import { type Config, readConfig } from './boot/config.ts'
import { noteServing } from './boot/serving-note.ts'
import { listen } from './http/listen.ts'

/** How long requests under way may take once the process was told to end. */
const DRAIN_MS = 10_000

/** Serves until SIGTERM or SIGINT. @throws StartRefused */
export async function serve(env: NodeJS.ProcessEnv, print: (text: string) => void): Promise<void> {
  const config = readConfig(env, process.cwd())
  const app = await createApp(config)
  const listener = await listen(app.server, config.listen)
  const forget = noteServing(config.dataDir, listener.url)
  app.runs.start()
  const ending = new AbortController()
  const settling = app
    .afterStart(ending.signal)
    .catch((error: unknown) => print(`What was to be done after the start could not be done: ${String(error)}\n`))
  // Before the greeting: whoever reads it may end the process at once.
  const told = nextSignal()
  print(greeting(config, { url: listener.url, created: app.created }))
  const signal = await told
  print(`${signal}: finishing the requests under way.\n`)
  app.watch.stop()
  app.runs.stop()
  forget()
  ending.abort()
  await listener.drain(DRAIN_MS)
  await settling
  await app.close()
}

/** The second signal ends the process at once. */
const nextSignal = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })

function greeting(config: Config, { url, created }: { url: string; created: boolean }): string {
  const {
    reposDir,
    dataDir,
    names,
    listen: { reach },
    requireKeys,
  } = config
  const credential = reach === 'network' || requireKeys ? ` -H "Authorization: Bearer $ESPALIER_API_KEY"` : ''
  return [
    `Espalier serves ${url}`,
    `  repository  ${reposDir}${created ? ' (just created from the starter files)' : ''}: ${names.trunk}, ${names.prefix}<tenant>`,
    `  data        ${dataDir}`,
    ...(credential ? ['Every request has to show a credential; ./scripts/espalier keys create makes one.'] : []),
    'Try, in another terminal:',
    '  ./setup-tenant.sh acme-corp',
    `  curl ${url}/api/v1/execute -H 'X-Tenant-ID: acme-corp'${credential} -d '{"text": "what is 12 * 7"}'`,
    '',
  ].join('\n')
}
