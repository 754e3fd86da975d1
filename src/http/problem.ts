/** The one place that writes `application/problem+json` (RFC 9457). */
import { AppError, PROBLEMS, type ProblemCode } from '../kernel/errors.ts'
import { answer, type Ctx, type Reply } from './exchange.ts'
import { scopeHeaders } from './tenant-scope.ts'

/** The page that explains `code`: what `type` of its documents is. */
export const problemPath = (code: ProblemCode): string => `/problems/${code}`

/**
 * The answer to a thrown error. An error that nobody foresaw tells the caller nothing but the request id. Where a
 * tenant's branch was read, the headers say of which commit, as on any other answer.
 */
export function problemReply(c: Ctx, error: unknown): Reply {
  const known = error instanceof AppError ? error : undefined
  const code: ProblemCode = known?.code ?? 'internal'
  const { status, title } = PROBLEMS[code]
  const requestId = c.requestId
  const scope = c.scope
  const body = {
    type: problemPath(code),
    title,
    status,
    detail: known?.detail ?? 'The log of the server has more under this request id.',
    code,
    requestId,
    ...(known?.errors ? { errors: known.errors } : {}),
    ...known?.data,
  }
  return answer(c, JSON.stringify(body), 'application/problem+json', {
    status,
    headers: { ...(scope ? scopeHeaders(scope) : {}), ...known?.headers },
  })
}
