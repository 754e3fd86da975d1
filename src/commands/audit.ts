/** `espalier audit verify|list`. */
import { readFileSync } from 'node:fs'
import { parseCheckpoints } from '../audit/checkpoint.ts'
import { auditResource } from '../audit/resource.ts'
import type { AuditRow } from '../audit/row.ts'
import type { AuditFilter, AuditScope } from '../audit/store.ts'
import type { TrailReport } from '../audit/trail.ts'
import { AppError } from '../kernel/errors.ts'
import { requireId } from './tenant.ts'
import { withApp } from './with-app.ts'

/** The trail was looked at and found broken: what `espalier` calls refused. */
const BROKEN = 1

export const verifyAudit = (options: { json?: boolean; checkpoints?: string }): Promise<void> =>
  withApp(async ({ audit }) => {
    const shipped = options.checkpoints === undefined ? undefined : parseCheckpoints(textOf(options.checkpoints))
    const report = await audit.trail.verify(shipped)
    process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report))
    if (report.kind === 'broken') process.exitCode = BROKEN
  })

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new AppError('parameter-invalid', { detail: `The checkpoints in "${path}" cannot be read.`, cause })
  }
}

function reportText(report: TrailReport): string {
  if (report.kind === 'broken') {
    return `The audit trail is broken at row ${report.sequence} (${report.code}): ${report.detail}\n`
  }
  const { rows, signedUpTo, checkpoints, unreadable } = report
  const torn = unreadable > 0 ? `${unreadable} lines of checkpoints could not be read.\n` : ''
  return `The audit trail is whole: ${rows} rows; ${checkpoints} checkpoints, the last at row ${signedUpTo}.\n${torn}`
}

type ListOptions = {
  tenant?: string
  action?: string
  actor?: string
  from?: number
  to?: number
  limit: number
  json?: boolean
}

export const listAudit = ({ tenant, limit, json, ...filter }: ListOptions): Promise<void> =>
  withApp(async ({ audit }) => {
    const scope: AuditScope = tenant === undefined ? { kind: 'all' } : { kind: 'tenant', tenant: requireId(tenant) }
    let count = 0
    for await (const row of audit.store.stream(scope, filter satisfies AuditFilter)) {
      if (count === limit) break
      process.stdout.write(json ? `${JSON.stringify(auditResource(row))}\n` : rowText(row))
      count += 1
    }
  })

const rowText = ({ sequence, at, action, tenant, target, actor }: AuditRow): string =>
  `${String(sequence).padStart(6)}  ${new Date(at).toISOString()}  ${action.padEnd(20)}  ${(tenant ?? '-').padEnd(20)}  ${(target ?? '-').padEnd(24)}  ${actor}\n`
