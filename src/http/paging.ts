/** `pageSize` and `pageToken`, as every list takes them. */
import { AppError } from '../kernel/errors.ts'
import type { Ctx } from './exchange.ts'
import type { Parameter } from './route.ts'

const PAGE = { defaultSize: 50, maxSize: 500 } as const

export type Page = { pageSize: number; pageToken: string | undefined }

export const PAGE_PARAMETERS: readonly Parameter[] = [
  {
    name: 'pageSize',
    in: 'query',
    description: 'How many items at most.',
    schema: { type: 'integer', minimum: 1, maximum: PAGE.maxSize, default: PAGE.defaultSize },
  },
  {
    name: 'pageToken',
    in: 'query',
    description: 'The `nextPageToken` of the page before.',
    schema: { type: 'string' },
  },
]

/** @throws AppError `parameter-invalid` */
export function pageOf(c: Ctx): Page {
  const text = c.query('pageSize')
  const pageSize = text === undefined ? PAGE.defaultSize : Number(text)
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > PAGE.maxSize) {
    throw new AppError('parameter-invalid', { detail: `pageSize must be a whole number from 1 to ${PAGE.maxSize}.` })
  }
  return { pageSize, pageToken: c.query('pageToken') }
}

/** The schema of a page of `items`. */
export const pageSchema = (items: object): object => ({
  type: 'object',
  required: ['items'],
  properties: { items: { type: 'array', items }, nextPageToken: { type: 'string' } },
})
