/** The command line of `scripts/bench`. */
import { parseArgs } from 'node:util'
import type { LoadName } from './load.ts'

export type Options = {
  name: string
  tenants: number
  /** Rows whose work holds this text; '' = all. */
  only: string
  rounds: number
  /** Of one half of a round. */
  seconds: number
  json: boolean
  /** Compares the product with itself without its controls. */
  controls: boolean
  /** undefined = the fastest that is installed. */
  load: LoadName | undefined
}

/** A command line that says nothing that can be done. */
export class UsageError extends Error {}

export const usageOf = (names: readonly string[]): string => `Usage: ./scripts/bench <name> [options]
Measures the product beside a rival, by turns, and tells the ratio: above 1 means that we are better.

Names: ${names.join(', ')}

  --tenants N      tenants of the fixture (1000)
  --only TEXT      only the rows whose work holds this text
  --rounds N       rounds that count (5)
  --seconds N      how long each half of a round takes (2); wrk rounds it to whole seconds
  --load NAME      wrk or autocannon (wrk where it is installed)
  --controls       of execute: keys, policy, quotas and usage on, beside all off
  --json           print one JSON object
  --help           print this

Exit codes: 0 measured, 1 could not measure, 2 the command line is wrong.
`

/** @throws UsageError */
export function readOptions(args: readonly string[], names: readonly string[]): Options | 'help' {
  const { values, positionals } = parsed(args)
  if (values.help) return 'help'
  const [name = '', ...more] = positionals
  if (!names.includes(name) || more.length > 0) throw new UsageError(`Name one of: ${names.join(', ')}.`)
  if (values.controls && name !== 'execute') throw new UsageError('--controls goes with execute.')
  return {
    name,
    tenants: whole('tenants', values.tenants),
    only: values.only,
    rounds: whole('rounds', values.rounds),
    seconds: positive('seconds', values.seconds),
    json: values.json,
    controls: values.controls,
    load: loadName(values.load),
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        tenants: { type: 'string', default: '1000' },
        only: { type: 'string', default: '' },
        rounds: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '2' },
        load: { type: 'string' },
        json: { type: 'boolean', default: false },
        controls: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function loadName(text: string | undefined): LoadName | undefined {
  if (text === undefined || text === 'wrk' || text === 'autocannon') return text
  throw new UsageError(`--load must be wrk or autocannon, not "${text}".`)
}

function positive(option: string, text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new UsageError(`--${option} must be a number above 0, not "${text}".`)
}

function whole(option: string, text: string): number {
  const value = positive(option, text)
  if (Number.isInteger(value)) return value
  throw new UsageError(`--${option} must be a whole number, not "${text}".`)
}
