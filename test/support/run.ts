/** One command, run to its end. Its exit code is part of the result, not an error. */
import { type ExecFileException, execFile } from 'node:child_process'

export type Ran = { code: number; stdout: string; stderr: string }

export const run = (
  command: readonly string[],
  { cwd, env, input = '' }: { cwd: string; env: NodeJS.ProcessEnv; input?: string },
): Promise<Ran> =>
  new Promise((resolve) => {
    const [program = '', ...args] = command
    const settled = (error: ExecFileException | null, stdout: string, stderr: string): void =>
      resolve({ code: error ? Number(error.code ?? 128) : 0, stdout, stderr })
    const child = execFile(program, args, { cwd, env, maxBuffer: 1 << 26 }, settled)
    // A program that ends before it has read its input closes the pipe.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
