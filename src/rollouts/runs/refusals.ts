/** Why a run cannot do what it was asked for: one sentence each. Pure. */
import { AppError } from '../../kernel/errors.ts'
import type { TenantId } from '../../kernel/ids.ts'
import { movableFrom, type Run, type RunMove, type RunStatus } from './run.ts'

export const runNotFound = (id: string): AppError =>
  new AppError('rollout-not-found', {
    detail: `There is no rollout "${id}". GET /admin/rollouts, or \`espalier rollout list\`, lists them.`,
  })

export const notNow = ({ id, status }: Run, move: RunMove): AppError =>
  new AppError('rollout-status-conflict', {
    detail: `The rollout ${id} is ${statusText(status)}; ${move} takes one that is ${movableFrom(move).map(statusText).join(' or ')}.`,
    data: { rolloutStatus: status },
  })

const statusText = (status: RunStatus): string => (status === 'gate' ? 'at a gate' : status)

export const outdated = (id: string): AppError =>
  new AppError('rollout-status-conflict', {
    detail: `The rollout ${id} keeps on changing at this moment; nothing was changed. Send the request again.`,
  })

export const busy = (run: string, tenants: readonly TenantId[]): AppError =>
  new AppError('rollout-tenants-busy', {
    detail: `The rollout ${run} has ${tenants.join(', ')} in hand. Let it end, abort it, or select other tenants.`,
    data: { rollout: run, tenants },
  })

export const revisionUnknown = (revision: string): AppError =>
  new AppError('rollout-from-unknown', {
    detail: `"${revision}" names no commit of this repository; give a branch, a tag or an object id.`,
  })

export const conflictNotFound = (fingerprint: string): AppError =>
  new AppError('conflict-not-found', {
    detail: `No tenant of a rollout has the conflict "${fingerprint}". GET /admin/conflicts lists those that are open.`,
  })

export const holdNotFound = (tenant: TenantId): AppError =>
  new AppError('hold-not-found', { detail: `The tenant "${tenant}" is not on hold.` })
