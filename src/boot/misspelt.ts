/** A variable that is nearly one of ours is a mistake that would otherwise be found out much later. Pure. */
import { nearestName } from '../kernel/nearest-name.ts'
import { StartRefused } from '../kernel/start-refused.ts'

const PREFIX = 'ESPALIER_'

/** @throws StartRefused naming the setting that is probably meant */
export function refuseMisspelt(given: readonly string[], settings: readonly string[]): void {
  const known = settings.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length))
  for (const name of given) {
    if (!name.startsWith(PREFIX) || settings.includes(name)) continue
    const near = nearestName(name.slice(PREFIX.length), known)
    if (near !== undefined) throw new StartRefused(`${name} is no setting; did you mean ${PREFIX}${near}?`)
  }
}
