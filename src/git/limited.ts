/**
 * Git processes that read history, a few at a time: a process takes milliseconds of a core, and a flood of requests
 * would otherwise start one each.
 * Invariant: what git says on standard error stays in the log, as it may name other branches.
 */
import { AppError } from '../kernel/errors.ts'
import { type CutOutput, GitFailure, type GitRun, runGit, runGitUpTo } from './run.ts'

export type LimitedGit = {
  /** @throws AppError `repository-failed`; `overloaded` where too many wait already */
  run(request: Omit<GitRun, 'cwd'>): Promise<Buffer>
  /** The same for what may be long: ends git once it has said `maxBytes`. */
  runUpTo(request: Omit<GitRun, 'cwd'>, maxBytes: number): Promise<CutOutput>
}

const LIMITS = { atOnce: 4, waiting: 500 } as const
const RETRY_SECONDS = '1'

export function openLimitedGit(cwd: string): LimitedGit {
  const waiting: (() => void)[] = []
  let running = 0

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= LIMITS.atOnce) {
      if (waiting.length >= LIMITS.waiting) throw overloaded()
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running += 1
    try {
      return await work()
    } catch (error) {
      throw error instanceof GitFailure ? failed(error) : error
    } finally {
      // Whoever waits takes the place over, so that `running` stands still.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }

  return {
    run: (request) => inTurn(() => runGit({ ...request, cwd })),
    runUpTo: (request, maxBytes) => inTurn(() => runGitUpTo({ ...request, cwd }, maxBytes)),
  }
}

const overloaded = (): AppError =>
  new AppError('overloaded', {
    detail: 'Too many requests read the history at this moment; send it again in a second.',
    headers: { 'Retry-After': RETRY_SECONDS },
  })

const failed = (cause: GitFailure): AppError =>
  new AppError('repository-failed', {
    detail: "Git could not read this branch's history; the server's log says why.",
    internal: cause.message,
    cause,
  })
