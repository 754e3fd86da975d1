/** Which tenants an operator wants to see. Pure. */
import { AppError } from '../kernel/errors.ts'
import { nearestName } from '../kernel/nearest-name.ts'
import { statusOf, TENANT_STATUSES, type Tenant, type TenantStatus } from './tenant.ts'

/** Where a branch stands, as one can ask for it. */
export const TENANT_STATES = [
  'live',
  'degraded',
  'invalid',
  'branch-missing',
  'branch-unreadable',
  'behind-main',
] as const
export type StateFilter = (typeof TENANT_STATES)[number]

export type TenantFilter = {
  /** All of them must be there. */
  labels: Readonly<Record<string, string>>
  plan: string | null
  /** null = all but deleted ones. */
  status: TenantStatus | null
  state: StateFilter | null
}

/** The filter as people write it, labels as `key:value`. */
export type WrittenFilter = {
  label: readonly string[]
  plan: string | undefined
  status: string | undefined
  state: string | undefined
}

/** @throws AppError `parameter-invalid` */
export const readFilter = ({ label, plan, status, state }: WrittenFilter): TenantFilter => ({
  labels: readLabels(label),
  plan: plan ?? null,
  status: oneOf('status', TENANT_STATUSES, status),
  state: oneOf('state', TENANT_STATES, state),
})

/** Whether it asks for less than all that are not deleted. */
export const isNarrow = ({ labels, plan, status, state }: TenantFilter): boolean =>
  Object.keys(labels).length > 0 || plan !== null || status !== null || state !== null

/** All but `state`, which takes a look at the branch. */
export function matches({ labels, plan, status }: TenantFilter, tenant: Tenant): boolean {
  const { profile } = tenant
  if (plan !== null && profile.plan !== plan) return false
  if (status === null ? tenant.deletedAt !== null : statusOf(tenant) !== status) return false
  return hasLabels(profile.labels, labels)
}

/** Whether a tenant has all labels that are wanted. */
export const hasLabels = (labels: Tenant['profile']['labels'], wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value)

const readLabels = (texts: readonly string[]): Record<string, string> => Object.fromEntries(texts.map(readLabel))

function readLabel(text: string): [string, string] {
  const colon = text.indexOf(':')
  if (colon < 1) throw refused(`label=${text} must be a key, a colon and a value, such as label=region:eu.`)
  return [text.slice(0, colon), text.slice(colon + 1)]
}

function oneOf<T extends string>(name: string, values: readonly T[], text: string | undefined): T | null {
  if (text === undefined) return null
  const found = values.find((value) => value === text)
  if (found) return found
  const near = nearestName(text, values)
  const meant = near === undefined ? '' : ` Did you mean ${near}?`
  throw refused(`${name}=${text} must be one of ${values.join(', ')}.${meant}`)
}

const refused = (detail: string): AppError => new AppError('parameter-invalid', { detail })
