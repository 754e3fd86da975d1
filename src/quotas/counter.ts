/** Something that is spent and comes back with time. Time is given, in milliseconds since 1970. */
export type Counter = {
  /** What counts at `nowMs`. */
  used(nowMs: number): number
  add(nowMs: number, amount: number): void
  /** Milliseconds from `nowMs` until `amount` more fits below `limit`; Infinity where it never does. */
  waitMs(nowMs: number, amount: number, limit: number): number
}
