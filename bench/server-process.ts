/** A server in a process of its own, on a processor of its own where that can be had. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

export type ServerProcess = { origin: string; pid: number; stop(): Promise<void> }

/** All servers share one processor and never work at the same time; the load comes from another. */
const PROCESSOR = { server: '0', load: '1' } as const

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-c', PROCESSOR.load, 'true']).status === 0

/** The command that runs `command` on the processor of its role; without `taskset` the command itself. */
export const pinned = (role: keyof typeof PROCESSOR, command: readonly [string, ...string[]]): [string, ...string[]] =>
  canPin ? ['taskset', '-c', PROCESSOR[role], ...command] : [...command]

const URL_IN_TEXT = /http:\/\/[\w.:-]+/

/** What `scripts/serve` runs, for the checkout at `root`. */
export const productIn = (root: string): string[] => [join(root, 'dist/cli.js'), 'serve']

/**
 * Starts a Node program and waits until it has printed its URL.
 * @throws Error with what it said where it ends before that
 */
export async function startServer(
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Readonly<Record<string, string>> },
): Promise<ServerProcess> {
  const [file, ...rest] = pinned('server', [process.execPath, ...args])
  const child = spawn(file, rest, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const origin = await printedUrl(child)
  return {
    origin,
    pid: child.pid ?? 0,
    async stop() {
      if (child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

function printedUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const take = (chunk: Buffer): void => {
      said += chunk.toString('utf8')
      const url = URL_IN_TEXT.exec(said)?.[0]
      if (url !== undefined && said.endsWith('\n')) resolve(url)
    }
    child.stdout?.on('data', take)
    child.stderr?.on('data', take)
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}: ${said}`)))
  })
}
