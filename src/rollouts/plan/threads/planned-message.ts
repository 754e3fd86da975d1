/**
 * Planned tenants as one message from thread to thread. What the merges made goes along in one piece of memory, which is
 * handed over and not copied; tenants that share an object, or a list of changes, share it on the other side too.
 */
import type { Oid } from '../../../kernel/ids.ts'
import type { MadeObject, PlannedTenant } from '../plan.ts'

export type PlannedMessage = {
  /** Without what was made. */
  tenants: readonly PlannedTenant[]
  made: readonly { type: MadeObject['type']; oid: Oid; length: number }[]
  /** For each tenant its own, as places in `made`. */
  madeFor: readonly (readonly number[])[]
  /** All of `made`, one behind the other. To be transferred. */
  bytes: ArrayBuffer
}

export function toMessage(planned: readonly PlannedTenant[]): PlannedMessage {
  const places = new Map<MadeObject, number>()
  const placeOf = (object: MadeObject): number => {
    const known = places.get(object) ?? places.size
    places.set(object, known)
    return known
  }
  const madeFor = planned.map((tenant) => madeIn(tenant).map(placeOf))
  const made = [...places.keys()]
  const bytes = new Uint8Array(made.reduce((sum, object) => sum + object.bytes.length, 0))
  let at = 0
  for (const object of made) {
    bytes.set(object.bytes, at)
    at += object.bytes.length
  }
  return {
    tenants: planned.map((tenant) => withMade(tenant, NOTHING)),
    made: made.map(({ type, oid, bytes: { length } }) => ({ type, oid, length })),
    madeFor,
    bytes: bytes.buffer,
  }
}

export function fromMessage({ tenants, made, madeFor, bytes }: PlannedMessage): PlannedTenant[] {
  let at = 0
  const objects = made.map(({ type, oid, length }): MadeObject => {
    const object = { type, oid, bytes: Buffer.from(bytes, at, length) }
    at += length
    return object
  })
  return tenants.map((tenant, i) =>
    withMade(
      tenant,
      madeFor[i]!.map((place) => objects[place]!),
    ),
  )
}

const NOTHING: readonly MadeObject[] = []

const madeIn = ({ outcome }: PlannedTenant): readonly MadeObject[] =>
  'merged' in outcome ? outcome.merged.objects : NOTHING

function withMade(planned: PlannedTenant, objects: readonly MadeObject[]): PlannedTenant {
  const { outcome } = planned
  return 'merged' in outcome ? { ...planned, outcome: { ...outcome, merged: { ...outcome.merged, objects } } } : planned
}
