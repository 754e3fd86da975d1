/** The error of an expression that gave no value. Pure. */
import type { Evaluation } from '../expressions/evaluation.ts'
import { AppError, type AppErrorFields } from '../kernel/errors.ts'

/** Whoever was turned away for others' sake may come again at once. */
const RETRY = { 'Retry-After': '1' }

export const failedEvaluation = (
  { code }: Extract<Evaluation, { kind: 'failed' }>,
  fields: Pick<AppErrorFields, 'detail' | 'errors'>,
): AppError => new AppError(code, { ...fields, ...(code === 'overloaded' ? { headers: RETRY } : {}) })
