/** Stages as callers see them: with times as text (RFC 3339), like every other time of the API. Pure. */
import type { JsonObject } from '../kernel/json.ts'
import type { StageRecord } from '../workflows/stage-record.ts'

export function stepResource(record: StageRecord): JsonObject {
  const { activities, ...own } = record
  return {
    ...(own as JsonObject),
    ...('startedAt' in record ? { startedAt: new Date(record.startedAt).toISOString() } : {}),
    ...(activities ? { activities: activities.map(stepResource) } : {}),
  }
}
