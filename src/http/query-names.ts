/** Query parameters that nobody takes are refused: a misspelt filter would otherwise be none, and show everything. */
import { AppError } from '../kernel/errors.ts'
import { nearestName } from '../kernel/nearest-name.ts'
import type { Ctx } from './exchange.ts'
import type { Operation } from './route.ts'

/** What refuses the query parameters that `operation` does not have. @throws AppError `parameter-invalid` */
export function queryGuard({ parameters = [] }: Pick<Operation, 'parameters'>): (c: Ctx) => void {
  const known = new Set(parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name))
  return (c) => {
    // Most requests have none, and are not looked at any closer.
    if (c.search === '') return
    for (const name of new URLSearchParams(c.search).keys()) {
      if (!known.has(name)) throw unknown(name, [...known])
    }
  }
}

function unknown(name: string, known: readonly string[]): AppError {
  const nearest = nearestName(name, known)
  const advice =
    nearest === undefined
      ? known.length === 0
        ? 'It takes none.'
        : `It takes ${known.join(', ')}.`
      : `Did you mean "${nearest}"?`
  return new AppError('parameter-invalid', {
    detail: `This path takes no query parameter ${JSON.stringify(name.slice(0, 100))}. ${advice}`,
  })
}
