/**
 * A process that moves many refs and is killed at a given change that it makes to the file system: `argv` holds the
 * repository, and after how many changes; the moves come on standard input as JSON. Bundled and started by its test.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { text } from 'node:stream/consumers'
import { openRefWriter, type RefUpdate } from '../../src/git/refs/ref-updates.ts'
import { createRefReader } from '../../src/git/refs/refs.ts'

const [gitDir = '', changes = ''] = process.argv.slice(2)
const updates = JSON.parse(await text(process.stdin)) as RefUpdate[]

let left = Number(changes)
for (const name of ['linkSync', 'unlinkSync', 'renameSync', 'writeSync', 'rmSync', 'mkdirSync'] as const) {
  const change = fs[name] as (...args: unknown[]) => unknown
  Object.assign(fs, {
    [name](...args: unknown[]) {
      left -= 1
      if (left < 0) process.kill(process.pid, 'SIGKILL')
      return change(...args)
    },
  })
}
syncBuiltinESMExports()

const by = { name: 'Espalier', email: 'espalier@example.com' }
const refs = createRefReader(gitDir)
const writer = openRefWriter({ gitDir, workTree: undefined, refs, by, clock: Date })
const outcomes = await writer.moveMany(updates)
process.stdout.write(JSON.stringify(outcomes.map(({ kind }) => kind)))
