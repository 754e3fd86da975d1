/**
 * A process that commits what it is told on standard input, a JSON object a line, and answers each in a line of its own.
 * Bundled and started by `commit-client.ts`, so that a test can kill it, or give it little room.
 */
import { createInterface } from 'node:readline'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/boot/config.ts'
import { AppError } from '../../src/kernel/errors.ts'
import type { TenantId } from '../../src/kernel/ids.ts'
import type { Answer, Order } from './commit-client.ts'

const { QUIET_MS } = process.env
const app = await createApp(readConfig(process.env, process.cwd()), {
  ...(QUIET_MS === undefined ? {} : { quietMs: Number(QUIET_MS) }),
})

async function commit({ id, tenant, files }: Order): Promise<Answer> {
  try {
    const result = await app.commits.commit({
      tenant: tenant as TenantId,
      changes: Object.entries(files).map(([path, base64]) => ({ path, content: Buffer.from(base64, 'base64') })),
      message: `Order ${id}`,
      author: { name: 'Ada', email: 'ada@example.com' },
      origin: { actor: { kind: 'local' }, requestId: `order-${id}`, address: null },
    })
    return { id, revision: result.revision }
  } catch (error) {
    return { id, code: error instanceof AppError ? error.code : String(error) }
  }
}

process.stdout.write('ready\n')
const underWay = new Set<Promise<void>>()
for await (const line of createInterface({ input: process.stdin })) {
  const done = commit(JSON.parse(line) as Order).then((answer) => {
    process.stdout.write(`${JSON.stringify(answer)}\n`)
    underWay.delete(done)
  })
  underWay.add(done)
}
await Promise.all(underWay)
await app.close()
