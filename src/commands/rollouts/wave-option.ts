/** `--wave`: who gets a rollout first, as one writes it on a command line. */
import { InvalidArgumentError } from 'commander'
import { collectLabels } from '../line/option-values.ts'

/** A wave as the body of `POST /admin/rollouts` has it. */
export type WaveBody = { percent: number } | { labels: Record<string, string> } | { tenants: string[] }

/** One wave more: `10%`, `region:eu`, or ids with commas between them. */
export function collectWaves(text: string, before: readonly WaveBody[] = []): WaveBody[] {
  return [...before, waveOf(text)]
}

function waveOf(text: string): WaveBody {
  const share = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]
  if (share !== undefined) {
    const percent = Number(share)
    if (percent > 0 && percent <= 100) return { percent }
    throw new InvalidArgumentError('A share must be more than 0 % and at most 100 %.')
  }
  return text.includes(':') ? { labels: collectLabels(text) } : { tenants: text.split(',') }
}
