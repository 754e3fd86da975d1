/** Commits in a process of its own: what a test sends there, and what it gets back before the process is gone. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Folder } from '../support/folder.ts'
import { bundlePath, bundleProgram } from './bundle.ts'

/** `files`: contents in base64, by path. */
export type Order = { id: number; tenant: string; files: Record<string, string> }
export type Answer = { id: number; revision: string } | { id: number; code: string }

export type CommitClient = {
  process: ChildProcess
  /** Undefined where the process was gone before it answered. */
  commit(tenant: string, files: Record<string, string | Uint8Array>): Promise<Answer | undefined>
  /** Waits for what is under way. */
  stop(): Promise<void>
  kill(): Promise<void>
}

const PROGRAM = bundlePath('commit-process')

/** Before the first start. */
export const bundleCommitProcess = () => bundleProgram('commit-process')

let orders = 0

/**
 * @param limitKb of the size of any one file that the process writes
 * @param quietMs how long what was committed may wait for the disk
 */
export async function startCommitProcess(
  folder: Folder,
  { limitKb, quietMs }: { limitKb?: number; quietMs?: number } = {},
): Promise<CommitClient> {
  const node = `exec '${process.execPath}' '${PROGRAM}'`
  const script = limitKb === undefined ? node : `ulimit -f ${limitKb} && ${node}`
  const env = { ...folder.env, ...(quietMs === undefined ? {} : { QUIET_MS: String(quietMs) }) }
  const child = spawn('bash', ['-c', script], { cwd: folder.path, env, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const waiting = new Map<number, (answer: Answer | undefined) => void>()
  child.stdin.on('error', () => {})
  const ready = new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('The process ended before it was ready.')))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'ready') return resolve()
      const answer = JSON.parse(line) as Answer
      waiting.get(answer.id)?.(answer)
      waiting.delete(answer.id)
    })
  })
  child.once('close', () => {
    for (const resolve of waiting.values()) resolve(undefined)
  })
  await ready
  return {
    process: child,
    commit(tenant, files) {
      orders += 1
      const id = orders
      const encoded = Object.fromEntries(
        Object.entries(files).map(([path, content]) => [path, Buffer.from(content).toString('base64')]),
      )
      const order: Order = { id, tenant, files: encoded }
      if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(undefined)
      child.stdin.write(`${JSON.stringify(order)}\n`)
      return new Promise((resolve) => waiting.set(id, resolve))
    },
    async stop() {
      child.stdin.end()
      await ended
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
