/** `espalier compare`: what differs between two revisions of a tenant's history, or of `main`. */
import type { ComparedFile } from '../history/compare.ts'
import { comparedResource } from '../history/resource.ts'
import { comparedFileText } from '../history/text.ts'
import { requireTenantId } from '../tenants/changes/request.ts'
import { withApp } from './line/with-app.ts'

type Options = { path?: string; diff?: boolean; json?: boolean }

const PAGE_SIZE = 500

export const compareCommand = (id: string, from = 'main', to = 'head', { path, diff, json }: Options): Promise<void> =>
  withApp(async ({ history, snapshots, tenants: { registry } }) => {
    const tenant = requireTenantId(id)
    registry.admit(tenant)
    const served = await snapshots.current(tenant, registry.refOf(tenant))
    if (!served) return registry.refuseAbsent(tenant)
    const request = { tips: history.tipsOf(served), from, to, path }
    if (diff) return void process.stdout.write(await history.patch(request))

    const files: ComparedFile[] = []
    let pageToken: string | undefined
    for (;;) {
      const page = await history.compare({ ...request, pageSize: PAGE_SIZE, pageToken })
      files.push(...page.files)
      if (!json) process.stdout.write(page.files.map(comparedFileText).join(''))
      pageToken = page.nextPageToken
      if (pageToken !== undefined) continue
      if (json) process.stdout.write(`${JSON.stringify(comparedResource({ ...page, files }), null, 2)}\n`)
      else process.stderr.write(`${files.length === 1 ? '1 file differs' : `${files.length} files differ`}\n`)
      return
    }
  })
