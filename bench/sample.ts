/** Latencies of requests that are sent one after another. */
import { exchange, type Request } from './exchange.ts'

/** Milliseconds of each. @throws Error where one is not answered with 200 */
export async function latencies(origin: string, requests: Iterable<Request>, isOver = () => false): Promise<number[]> {
  const tookMs: number[] = []
  for (const request of requests) {
    if (isOver()) break
    const startedAt = performance.now()
    const { status, body } = await exchange(origin, request)
    tookMs.push(performance.now() - startedAt)
    if (status !== 200) throw new Error(`${request.path} gave ${status}: ${body.slice(0, 300)}`)
  }
  return tookMs
}

/** @param share such as 0.99 */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN

/** `count` of `values`, spread evenly over them. */
export const spreadOf = <T>(values: readonly T[], count: number): T[] => {
  const step = Math.max(1, values.length / count)
  return Array.from({ length: Math.min(count, values.length) }, (_, index) => values[Math.floor(index * step)]!)
}

export const readOne = (tenant: string): Request => ({
  method: 'GET',
  path: '/api/v1/config/limits/requests/per_minute',
  headers: { 'X-Tenant-ID': tenant },
})
