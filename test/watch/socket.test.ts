/** Watching over a socket: readers that leave, and a server that stops. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEvents } from '../support/events.ts'
import { CLI, createFolder, type Folder } from '../support/folder.ts'
import type { RunningServer } from '../support/server.ts'

let folder: Folder
let server: RunningServer

beforeAll(async () => {
  folder = createFolder()
  folder.commit('t', {})
  server = await folder.serve()
})
afterAll(async () => {
  await server?.stop()
  folder?.remove()
})

const watch = (): Promise<Response> => fetch(`${server.url}/api/v1/watch`, { headers: { 'X-Tenant-ID': 't' } })

test('a reader that leaves makes room for another', async () => {
  for (let i = 0; i < 22; i += 1) {
    const answer = await untilRoom()
    const events = openEvents(answer)
    expect((await events.next())?.type).toBe('state')
    await events.close()
  }
})

/** The server learns of a reader that left when its socket closes, which may be after the next one comes. */
async function untilRoom(): Promise<Response> {
  for (;;) {
    const answer = await watch()
    if (answer.status !== 429) return answer
    await answer.body?.cancel()
  }
}

test('espalier watch prints what is served as it changes, until it is interrupted', async () => {
  const { espalier, lines } = spawnWatch('t')
  expect(JSON.parse(await lines.next())).toMatchObject({ type: 'state', tenant: 't', state: 'live' })
  const head = folder.commit('t', { 'config/limits.yaml': 'requests: 7\n' })
  expect(JSON.parse(await lines.next())).toMatchObject({ type: 'change', revision: head })
  espalier.kill('SIGINT')
  expect(await once(espalier, 'exit')).toEqual([0, null])
})

function spawnWatch(tenant: string) {
  const espalier = spawn(process.execPath, [CLI, 'watch', tenant, '--json'], { cwd: folder.path, env: folder.env })
  const lines = createInterface(espalier.stdout)[Symbol.asyncIterator]()
  return { espalier, lines: { next: async (): Promise<string> => String((await lines.next()).value) } }
}

test('a server that stops says so and does not wait for those who watch', async () => {
  const events = openEvents(await untilRoom())
  await events.next()
  const stopped = server.stop()
  expect(await events.next()).toMatchObject({ type: 'end', data: { reason: 'server-stopping' } })
  expect(await events.next()).toBeUndefined()
  expect(await stopped).toBe(0)
})
