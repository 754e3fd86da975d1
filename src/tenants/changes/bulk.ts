/** Many tenants at once, each with an outcome of its own: one that is refused does not keep the others from being made. */
import type { Origin } from '../../access/actor.ts'
import { AppError, type ProblemCode, type ProblemItem } from '../../kernel/errors.ts'
import type { TenantId } from '../../kernel/ids.ts'
import type { Created, NewTenant, TenantCreator } from './create.ts'
import type { TenantRequests } from './request.ts'

export const MAX_BULK = 10_000

export type BulkOutcome = { written: unknown } & (
  | { kind: 'created'; id: TenantId; apiKey: string | undefined }
  | { kind: 'failed'; error: AppError }
)

export type TenantBulk = {
  /** @param bodies as a single creation takes them; at most `MAX_BULK` */
  create(bodies: readonly object[], origin: Origin): Promise<BulkOutcome[]>
}

export function createTenantBulk({
  creator,
  requests,
}: {
  creator: TenantCreator
  requests: TenantRequests
}): TenantBulk {
  return {
    async create(bodies, origin) {
      const wanted = new Map<TenantId, { place: number; request: NewTenant }>()
      const outcomes = bodies.map((body, place): BulkOutcome => {
        const written = 'tenant_id' in body ? body.tenant_id : null
        const request = requested(body, origin)
        if (request instanceof AppError) return { written, kind: 'failed', error: request }
        const twin = wanted.get(request.id)
        if (twin) return { written, kind: 'failed', error: namedTwice(request.id, twin.place) }
        wanted.set(request.id, { place, request })
        return { written, kind: 'created', id: request.id, apiKey: undefined }
      })
      const all = [...wanted.values()]
      const created = await creator.create(
        all.map(({ request }) => request),
        origin,
      )
      for (const [i, { place, request }] of all.entries()) outcomes[place] = outcomeOf(request.id, created[i]!)
      return outcomes
    },
  }

  function requested(body: object, origin: Origin): NewTenant | AppError {
    try {
      return requests.creation(body, origin)
    } catch (error) {
      if (error instanceof AppError) return error
      throw error
    }
  }
}

const outcomeOf = (id: TenantId, created: Created): BulkOutcome =>
  created.kind === 'created'
    ? { written: id, kind: 'created', id, apiKey: created.apiKey }
    : { written: id, kind: 'failed', error: created.error }

const namedTwice = (id: TenantId, first: number): AppError =>
  new AppError('tenant-exists', { detail: `"${id}" stands in this list already, at /tenants/${first}.` })

type ItemResource = {
  tenant_id: unknown
  status: number
  api_key?: string
  code?: ProblemCode
  detail?: string
  errors?: readonly ProblemItem[]
}

export function bulkResource(outcomes: readonly BulkOutcome[]) {
  const items = outcomes.map((outcome): ItemResource => {
    const tenant_id = outcome.written
    if (outcome.kind === 'failed') {
      const { status, code, detail, errors } = outcome.error
      return { tenant_id, status, code, detail, ...(errors ? { errors } : {}) }
    }
    return { tenant_id, status: 201, ...(outcome.apiKey === undefined ? {} : { api_key: outcome.apiKey }) }
  })
  const created = outcomes.filter(({ kind }) => kind === 'created').length
  return { created, failed: outcomes.length - created, items }
}
