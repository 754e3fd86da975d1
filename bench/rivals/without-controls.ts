/** The product without what guards it: no key is read, no gate passed, and nothing counted but the executions. */
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/boot/config.ts'
import { listen } from '../../src/http/listen.ts'

const config = readConfig(process.env, process.cwd())
const app = await createApp(config, {
  authenticate: () => ({ kind: 'local' }),
  gate: { admit: () => {} },
  counts: 'nothing',
})
const listener = await listen(app.server, config.listen)
process.stdout.write(`${listener.url}\n`)
process.once('SIGTERM', async () => {
  await listener.drain(1_000)
  await app.close()
})
