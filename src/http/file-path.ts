/**
 * The path of a file as a URL has it. One file has one spelling there: dots, slashes and backslashes are written as they
 * are, so that no rule of whoever stands between (a proxy, a log, an allow-list) sees another file than we do.
 */
import { requirePath } from '../files/write-files.ts'
import { AppError } from '../kernel/errors.ts'
import type { Ctx } from './exchange.ts'
import type { Parameter } from './route.ts'

const PREFIX = '/api/v1/files/'
/** `.`, `/`, `\` and controls have no business in disguise. */
const DISGUISED = /%(?:2e|2f|5c|[01][0-9a-f]|7f)/i

export const PATH_PARAMETER: Parameter = {
  name: 'path',
  in: 'path',
  description: 'From the top of the branch, slashes as they are: `config/limits.yaml`.',
  schema: { type: 'string', examples: ['config/limits.yaml'] },
}

/** @throws AppError `parameter-invalid` */
export function filePathOf(c: Ctx): string {
  const sent = c.path.slice(PREFIX.length)
  if (DISGUISED.test(sent)) throw invalid('Write dots and slashes of the path as they are, not as %2E or %2F.')
  const path = decoded(sent)
  requirePath(path)
  return path
}

function decoded(written: string): string {
  try {
    return decodeURIComponent(written)
  } catch {
    throw invalid('The path is not UTF-8 in percent-encoding.')
  }
}

const invalid = (detail: string): AppError => new AppError('parameter-invalid', { detail })
