/** The one place that writes `application/problem+json` (RFC 9457). */
import type { Context } from 'hono'
import { AppError, PROBLEMS, type ProblemCode } from '../kernel/errors.ts'
import { baseHeaders, type Ctx } from './exchange.ts'

/** The page that explains each code. */
const PROBLEM_PAGE = '/docs/problems#'

/** The answer to a thrown error. An error that nobody foresaw tells the caller nothing but the request id. */
export function problemResponse(c: Ctx, error: unknown): Response {
  const known = error instanceof AppError ? error : undefined
  const code: ProblemCode = known?.code ?? 'internal'
  const { status, title } = PROBLEMS[code]
  const body = {
    type: `${PROBLEM_PAGE}${code}`,
    title,
    status,
    detail: known?.detail ?? 'The log of the server has more under this request id.',
    code,
    requestId: c.var.requestId,
    ...(known?.errors ? { errors: known.errors } : {}),
    ...known?.data,
  }
  return c.body(JSON.stringify(body), status as Parameters<Context['status']>[0] & 500, {
    ...baseHeaders(c, 'application/problem+json'),
    ...known?.headers,
  })
}
