/** How each way to fail reads in a record. Pure. Invariant: nothing internal to an error reaches a record. */
import type { Violation } from '../documents/violation.ts'
import { AppError, PROBLEMS, type ProblemItem } from '../kernel/errors.ts'
import { childPointer, isJsonObject, type Json } from '../kernel/json.ts'
import { asSentence, withoutStop } from '../kernel/sentence.ts'
import type { RunError, StageError, StageRecord } from './stage-record.ts'

type FailedRecord = Extract<StageRecord, { status: 'failed' }>

const withErrors = (errors: readonly ProblemItem[] | undefined): { errors?: readonly ProblemItem[] } =>
  errors === undefined || errors.length === 0 ? {} : { errors }

/** What a thrown error says to the caller; one that is no `AppError` says nothing of itself. */
export const thrownError = (error: unknown): StageError =>
  error instanceof AppError
    ? { code: error.code, detail: error.detail, ...withErrors(error.errors) }
    : { code: 'internal', detail: `${PROBLEMS.internal.title}.` }

/** A validator's verdict `{failures: [{rule, field, message}]}` as an error with one item for each failure. */
export function rulesFailed(tool: string, verdict: Json): StageError {
  const failures = isJsonObject(verdict) && Array.isArray(verdict.failures) ? verdict.failures : []
  const errors = failures.filter(isJsonObject).map(({ rule, field, message }) => ({
    pointer: typeof field === 'string' ? childPointer('', field) : '',
    detail: typeof message === 'string' ? message : 'This rule is not met.',
    ...(typeof rule === 'string' && { code: rule }),
  }))
  const first = errors[0] ? `: ${withoutStop(errors[0].detail)}` : ''
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  const detail = asSentence(`The rules of "${tool}" are not met${first}${more}`)
  return { code: 'rules-failed', detail, ...withErrors(errors) }
}

export const notStartedInTime = (name: string): StageError => ({
  code: 'tool-timeout',
  detail: `"${name}" was not started: the time for it was already up.`,
})

/** A group fails with the code of its first failed activity, and with the items of all of them. */
export function groupFailed(failed: readonly [FailedRecord, ...FailedRecord[]]): StageError {
  const [first, ...rest] = failed
  const more = rest.length > 0 ? ` Also failed: ${rest.map(({ name }) => `"${name}"`).join(', ')}.` : ''
  return {
    code: first.error.code,
    detail: `Activity "${first.name}" failed: ${asSentence(first.error.detail)}${more}`,
    ...withErrors(failed.flatMap(({ error }) => error.errors ?? [])),
  }
}

export const inputInvalid = (workflow: string, violations: readonly Violation[]): RunError => ({
  code: 'input-invalid',
  detail: `The input does not match the schema of workflow "${workflow}".`,
  errors: violations.map(({ pointer, detail, code }) => ({ pointer, detail, code })),
})

export const stageFailed = (workflow: string, { name, error }: FailedRecord): RunError => ({
  code: 'workflow-failed',
  detail: `Stage "${name}" of workflow "${workflow}" failed: ${asSentence(error.detail)}`,
  stage: name,
  ...withErrors(error.errors),
})

export const workflowTimeout = (workflow: string, { name }: FailedRecord): RunError => ({
  code: 'workflow-timeout',
  detail: `The time for workflow "${workflow}" was up in stage "${name}".`,
  stage: name,
})
