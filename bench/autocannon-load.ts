/**
 * A process that loads a server with autocannon and prints what it counted as JSON.
 * Arguments: the origin, the connections, the seconds, and a file that holds a JSON array of `Request`.
 */
import { readFileSync } from 'node:fs'
import autocannon from 'autocannon'
import type { Request } from './exchange.ts'
import type { Counted } from './load.ts'

const [origin = '', connections, seconds, file = ''] = process.argv.slice(2)
const requests = JSON.parse(readFileSync(file, 'utf8')) as Request[]

const result = await autocannon({
  url: origin,
  connections: Number(connections),
  duration: Number(seconds),
  requests: shuffled(requests).map((request) => ({ ...request, headers: { ...request.headers } })),
})
const counted: Counted = {
  answers: result.requests.total,
  seconds: result.duration,
  errors: result.errors + result.timeouts + result['4xx'] + result['5xx'],
}
process.stdout.write(`COUNTED ${JSON.stringify(counted)}\n`)

/** autocannon sends a list in its order: out of order it is spread as at random. */
function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}
