/** What is said of a path that leads nowhere: the one that was probably meant. */
import { AppError } from '../kernel/errors.ts'
import { nearestName } from '../kernel/nearest-name.ts'
import type { Ctx } from './exchange.ts'

/** @param paths as routes have them, with `{name}` for what may be anything. @throws AppError `not-found`, always */
export function pathRefusal(paths: readonly string[]): (c: Ctx) => never {
  const known = paths.map((path) => ({ path, segments: path.split('/') }))
  return ({ path }) => {
    const segments = path.replace(/\/$/, '').split('/')
    const meant = known.find((candidate) => isMeant(segments, candidate.segments))?.path
    const advice = meant === undefined ? '' : ` Did you mean ${meant}?`
    throw new AppError('not-found', { detail: `Nothing is here.${advice} /openapi.json lists every path.` })
  }
}

/** Whether at most one segment is another one, and that one nearly the same. */
function isMeant(given: readonly string[], known: readonly string[]): boolean {
  if (given.length !== known.length) return false
  const others = known.flatMap((segment, i) => (segment.startsWith('{') || segment === given[i] ? [] : [i]))
  return others.length < 2 && others.every((i) => nearestName(given[i] ?? '', [known[i] ?? '']) !== undefined)
}
