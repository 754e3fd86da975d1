/** A server in a process of its own, as people start it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

export type RunningServer = {
  url: string
  /** What it printed when it was ready. */
  greeting: string
  process: ChildProcess
  /** Asks it to end as an operator would, and gives its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
  stderr(): string
}

/** Starts `command` and waits until it says where it serves. */
export async function startServer(
  command: readonly string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<RunningServer> {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd,
    env: { APP_ADDR: '127.0.0.1:0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
      const found = /serves (http:\S+)[\s\S]*\n {2}curl/.exec(out)
      if (found?.[1]) resolve(found[1])
    })
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}: ${err}`)))
  })
  return {
    url,
    greeting: out,
    process: child,
    stderr: () => err,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
      return child.exitCode
    },
  }
}
