/** What a benchmark is: the comparisons that it makes of a running server and its fixture. */
import type { Fixture } from './fixture.ts'
import type { Comparison } from './measure.ts'

export type Bench = (subject: { origin: string; fixture: Fixture }) => Promise<readonly Comparison[]>
