/** Counters and histograms for Prometheus. Names follow OpenTelemetry's HTTP conventions, and `espalier_` elsewhere. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Execution } from '../executions/execution.ts'
import type { Observer } from '../http/server.ts'

export type Metrics = {
  answered: Observer['answered']
  executed(execution: Pick<Execution, 'kind' | 'status'>): void
  /** A series whose value is asked for whenever the metrics are. */
  gauge(name: string, help: string, read: () => number): void
  /** In Prometheus' text format. */
  text(): Promise<string>
  contentType: string
  /** Where further series are registered. */
  registry: Registry
}

const DURATION_BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const durations = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Time from the head of a request to its answer.',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'] as const,
    buckets: DURATION_BUCKETS_SECONDS,
    registers: [registry],
  })
  const executions = new Counter({
    name: 'espalier_executions_total',
    help: 'Tools and workflows that were run, by how they ended.',
    labelNames: ['kind', 'status'] as const,
    registers: [registry],
  })
  return {
    answered({ method, route, status, durationMs }) {
      durations.observe(
        { http_request_method: method, http_route: route, http_response_status_code: status },
        durationMs / 1000,
      )
    },
    executed: ({ kind, status }) => executions.inc({ kind, status }),
    gauge(name, help, read) {
      const series: Gauge = new Gauge({ name, help, registers: [registry], collect: () => series.set(read()) })
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
    registry,
  }
}
