/** `espalier audit verify|list`. */
import { parseCheckpoints } from '../audit/checkpoint.ts'
import { auditResource } from '../audit/resource.ts'
import type { AuditRow } from '../audit/row.ts'
import type { AuditFilter, AuditScope } from '../audit/store.ts'
import type { TrailReport } from '../audit/trail.ts'
import { requireTenantId } from '../tenants/changes/request.ts'
import { readInput } from './line/input-file.ts'
import { print } from './line/output.ts'
import { withApp } from './line/with-app.ts'

/** The trail was looked at and found broken: what `espalier` calls refused. */
const BROKEN = 1

export const verifyAudit = (options: { json?: boolean; checkpoints?: string }): Promise<void> =>
  withApp(async ({ audit }) => {
    const shipped =
      options.checkpoints === undefined ? undefined : parseCheckpoints(readInput(options.checkpoints).toString())
    const report = await audit.trail.verify(shipped)
    print(options, report, () => reportText(report))
    if (report.kind === 'broken') process.exitCode = BROKEN
  })

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
    const scope: AuditScope =
      tenant === undefined ? { kind: 'all' } : { kind: 'tenant', tenant: requireTenantId(tenant) }
    let count = 0
    for await (const row of audit.store.stream(scope, filter satisfies AuditFilter)) {
      if (count === limit) break
      process.stdout.write(json ? `${JSON.stringify(auditResource(row))}\n` : rowText(row))
      count += 1
    }
  })

const rowText = ({ sequence, at, action, tenant, target, actor }: AuditRow): string =>
  `${String(sequence).padStart(6)}  ${new Date(at).toISOString()}  ${action.padEnd(20)}  ${(tenant ?? '-').padEnd(20)}  ${(target ?? '-').padEnd(24)}  ${actor}\n`
