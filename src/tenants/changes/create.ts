/**
 * Creating tenants: row, owner, key and branch, in one go or not at all.
 *
 * The transaction that writes the rows decides; it notes the commit at which the branch is due. The branch follows, and
 * with it the note goes. Until then nobody sees the tenant (registry.ts). So a kill at any moment leaves either nothing,
 * or rows with a note, which the next start makes whole. Making a branch that exists is no error, so two who finish the
 * same tenant do not disturb each other. Where git refuses a branch, the rows are taken back.
 */
import type { Origin } from '../../access/actor.ts'
import type { BranchWriter } from '../../git/refs/branches.ts'
import type { RefReader } from '../../git/refs/refs.ts'
import { AppError } from '../../kernel/errors.ts'
import type { Oid, TenantId } from '../../kernel/ids.ts'
import type { TenantProfile } from '../profile.ts'
import { branchMissing, nameTaken, tenantExists } from '../refusals.ts'
import type { TenantRegistry } from '../registry.ts'
import type { Creation, CreationOutcome, TenantStore } from '../store.ts'
import { type BranchNames, branchOf, headRef, type Tenant } from '../tenant.ts'

/** Checked already: the profile's plan exists, the address is one. */
export type NewTenant = {
  id: TenantId
  profile: TenantProfile
  owner: Creation['owner']
  /** The key to store, and its text to show once. */
  key: { key: NonNullable<Creation['key']>; text: string } | undefined
}

export type Created =
  /** `apiKey` is the text of the key that was asked for. */
  | { kind: 'created'; tenant: Tenant; apiKey?: string }
  /** Nothing was changed, or only a branch that somebody had made by hand has its row now. */
  | { kind: 'exists'; tenant: Tenant; error: AppError }
  | { kind: 'refused'; error: AppError }

export type TenantCreator = {
  /** Outcomes in the order of `requests`. */
  create(requests: readonly NewTenant[], origin: Origin): Promise<Created[]>
  /** Makes whole what a kill cut short. @returns why branches could not be made, by branch */
  finish(): Promise<ReadonlyMap<string, string>>
}

/** One transaction of the database and one of git each: others get their turn in between. */
const BATCH_SIZE = 1_000

export function createTenantCreator({
  store,
  registry,
  branches,
  refs,
  names,
  clock,
}: {
  store: TenantStore
  registry: TenantRegistry
  branches: BranchWriter
  refs: RefReader
  names: BranchNames
  clock: { now(): number }
}): TenantCreator {
  async function createBatch(requests: readonly NewTenant[], origin: Origin): Promise<Created[]> {
    const outcomes = new Map<TenantId, Created>()
    const creations: Creation[] = []
    const branchDue = headOfTrunk()
    const at = new Date(clock.now())
    for (const { id, profile, owner, key } of requests) {
      if (refs.read(registry.refOf(id)).kind === 'missing') {
        creations.push({ id, profile, branchDue, at, ...(owner ? { owner } : {}), ...(key ? { key: key.key } : {}) })
      } else outcomes.set(id, await standing(id, origin))
    }
    const added = creations.length === 0 ? [] : await store.create(creations, origin)
    for (const [i, outcome] of added.entries()) {
      const { id } = creations[i]!
      outcomes.set(id, await resultOf(id, outcome))
    }
    await settle(outcomes, origin)
    return requests.map(({ id, key }) => {
      const outcome = outcomes.get(id)!
      return outcome.kind === 'created' && key ? { ...outcome, apiKey: key.text } : outcome
    })
  }

  /** Makes the branches of what was created; takes back what git refuses. */
  async function settle(outcomes: Map<TenantId, Created>, origin: Origin): Promise<void> {
    const created = [...outcomes.values()].flatMap((outcome) => (outcome.kind === 'created' ? [outcome.tenant] : []))
    const refused = await makeBranches(created)
    const withdrawn = created.filter(({ id }) => refused.has(branchOf(names, id)))
    if (withdrawn.length > 0) {
      const reasons = [...new Set(refused.values())].join('; ')
      await store.withdraw(
        withdrawn.map(({ id }) => id),
        reasons,
        origin,
      )
    }
    const found = await registry.findMany(created.map(({ id }) => id))
    for (const [i, tenant] of created.entries()) {
      const reason = refused.get(branchOf(names, tenant.id))
      if (reason !== undefined) outcomes.set(tenant.id, { kind: 'refused', error: notCreated(tenant.id, reason) })
      else outcomes.set(tenant.id, { kind: 'created', tenant: found[i] ?? tenant })
    }
  }

  async function makeBranches(tenants: readonly Tenant[]): Promise<ReadonlyMap<string, string>> {
    const due = tenants.flatMap(({ id, branchDue }) =>
      branchDue ? [{ branch: branchOf(names, id), at: branchDue }] : [],
    )
    const refused = await branches.createMissing(due, 'espalier: tenant created')
    const made = tenants.map(({ id }) => id).filter((id) => !refused.has(branchOf(names, id)))
    if (made.length > 0) await store.branchesMade(made)
    return refused
  }

  /** Of an id whose branch is there. */
  async function standing(id: TenantId, origin: Origin): Promise<Created> {
    const tenant = (await registry.find(id)) ?? (await registry.adopt(id, origin))
    return { kind: 'exists', tenant, error: tenantExists(tenant) }
  }

  async function resultOf(id: TenantId, outcome: CreationOutcome): Promise<Created> {
    if (outcome.kind === 'added') return { kind: 'created', tenant: outcome.tenant }
    if (outcome.kind === 'name-taken') return { kind: 'refused', error: nameTaken(id, outcome.holder) }
    const { tenant } = outcome
    if (tenant.branchDue) {
      // Somebody else is at it, or was killed over it.
      const refused = await makeBranches([tenant])
      if (refused.size > 0) return { kind: 'refused', error: notCreated(id, [...refused.values()].join('; ')) }
    } else if (!tenant.deletedAt && refs.read(registry.refOf(id)).kind === 'missing') {
      return { kind: 'refused', error: branchMissing(names, id) }
    }
    return { kind: 'exists', tenant, error: tenantExists(tenant) }
  }

  function headOfTrunk(): Oid {
    const head = refs.read(headRef(names.trunk))
    if (head.kind === 'oid') return head.oid
    const detail = head.kind === 'odd' ? head.detail : 'It is gone.'
    throw new AppError('repository-failed', { detail: `The branch ${names.trunk} cannot be read. ${detail}` })
  }

  const notCreated = (id: TenantId, reason: string): AppError =>
    new AppError('repository-failed', {
      detail: `The branch ${branchOf(names, id)} could not be created: ${reason}. Nothing was kept of the tenant.`,
    })

  return {
    async create(requests, origin) {
      const created: Created[] = []
      for (let at = 0; at < requests.length; at += BATCH_SIZE) {
        created.push(...(await createBatch(requests.slice(at, at + BATCH_SIZE), origin)))
      }
      return created
    },
    async finish() {
      const refused = await makeBranches(await registry.pending())
      await registry.refresh()
      return refused
    },
  }
}
