/** `espalier execute`: one run, recorded like any other. */
import type { Intent } from '../executions/intent.ts'
import type { JsonObject } from '../kernel/json.ts'
import { requireSnapshot } from '../snapshots/require-snapshot.ts'
import { requireTenantId } from '../tenants/changes/request.ts'
import { originHere, withApp } from './line/with-app.ts'
import { WrongUsage } from './line/wrong-usage.ts'

type Options = { tool?: string; workflow?: string; input?: JsonObject; dryRun?: boolean }

export async function executeCommand(id: string, text: string | undefined, options: Options): Promise<void> {
  const intent = intentOf(text, options)
  await withApp(async (app) => {
    const { snapshots, executor, newId } = app
    const { registry } = app.tenants
    const tenant = requireTenantId(id)
    registry.admit(tenant)
    const served = await snapshots.current(tenant, registry.refOf(tenant))
    if (!served) return registry.refuseAbsent(tenant)
    if (!registry.isKnown(tenant)) await registry.adopt(tenant, originHere(app))
    const answer = await executor.execute({
      tenant,
      snapshot: requireSnapshot({ tenant, served }),
      intent,
      sessionId: undefined,
      requestId: newId(),
      dryRun: options.dryRun === true,
      // Whoever sits at the repository is the operator: no quota is spent, and no policy is in the way.
      admit: () => {},
    })
    if (served.kind === 'degraded') {
      process.stderr.write(`espalier: the head of the branch is not valid; ${answer.revision} answered.\n`)
    }
    process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`)
  })
}

function intentOf(text: string | undefined, { tool, workflow, input = {} }: Options): Intent {
  const intents: Intent[] = []
  if (text !== undefined) intents.push({ kind: 'text', text, input })
  if (tool !== undefined) intents.push({ kind: 'tool', name: tool, input })
  if (workflow !== undefined) intents.push({ kind: 'workflow', name: workflow, input })
  const [intent] = intents
  if (intent && intents.length === 1) return intent
  throw new WrongUsage('Give exactly one of a text, --tool and --workflow.')
}
