/**
 * Waves: in which order tenants get a change. Pure.
 * Invariants: a tenant is in exactly one wave, the first that takes it, whatever the order of the list; whoever no wave
 * takes is in the last; a share takes the same tenants at every run, so that they know that they go first.
 */
import { createHash } from 'node:crypto'
import type { TenantId } from '../../kernel/ids.ts'
import { hasLabels } from '../../tenants/filter.ts'

export type WaveSpec =
  /** These. */
  | { kind: 'tenants'; tenants: readonly TenantId[] }
  /** Those that have all of these labels. */
  | { kind: 'labels'; labels: Readonly<Record<string, string>> }
  /** Those below this share of all tenants, by the hash of their id: 10 and then 50 make 10 % and the next 40 %. */
  | { kind: 'percent'; percent: number }

export const DEFAULT_WAVES: readonly WaveSpec[] = [1, 10, 50, 100].map((percent) => ({ kind: 'percent', percent }))

export type WaveTenant = { id: TenantId; labels: Readonly<Record<string, string>> }

const RANGE = 2 ** 32

/** Where a tenant stands between 0 and 100, evenly spread and for ever the same. */
export const percentileOf = (tenant: TenantId): number =>
  (createHash('sha256').update(tenant).digest().readUInt32BE(0) / RANGE) * 100

/** The waves that have tenants, in order, and the index of each tenant's. Waves without any are left out. */
export function assignWaves(
  specs: readonly WaveSpec[],
  tenants: readonly WaveTenant[],
): { waves: readonly WaveSpec[]; waveOf: ReadonlyMap<TenantId, number> } {
  const all = [...specs, REST]
  const takers = all.map(takerOf)
  const chosen = new Map(tenants.map((tenant) => [tenant.id, takers.findIndex((takes) => takes(tenant))]))
  const used = [...new Set(chosen.values())].sort((a, b) => a - b)
  const index = new Map(used.map((wave, at) => [wave, at]))
  return {
    waves: used.map((wave) => all[wave] ?? REST),
    waveOf: new Map([...chosen].map(([tenant, wave]) => [tenant, index.get(wave) ?? 0])),
  }
}

const REST: WaveSpec = { kind: 'percent', percent: 100 }

function takerOf(spec: WaveSpec): (tenant: WaveTenant) => boolean {
  if (spec.kind === 'tenants') {
    const named = new Set(spec.tenants)
    return ({ id }) => named.has(id)
  }
  if (spec.kind === 'percent') return ({ id }) => percentileOf(id) < spec.percent
  return ({ labels }) => hasLabels(labels, spec.labels)
}

/** A wave in a few words. @param isOnly there is no other */
export function waveText(spec: WaveSpec, isOnly: boolean): string {
  if (spec.kind === 'percent' && spec.percent >= 100) return isOnly ? 'everyone' : 'the rest'
  if (spec.kind === 'percent') return `${spec.percent} %`
  if (spec.kind === 'tenants') return spec.tenants.join(', ')
  return Object.entries(spec.labels)
    .map(([key, value]) => `${key}:${value}`)
    .join(', ')
}
