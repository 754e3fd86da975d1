/** The one order of targets, so that no answer depends on the order in which files were read. Pure. */
import type { RouteTarget } from './route.ts'

/** By UTF-16 code units: the same on every machine, whatever its locale. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** By name, then tools before workflows. */
export const compareTargets = (a: RouteTarget, b: RouteTarget): number =>
  compareText(a.name, b.name) || compareText(a.kind, b.kind)
