/** Rollouts as text for people. Pure. */

/** What the routes answer with, as far as the commands read it. */
export type Rollout = {
  id: string
  status: string
  reason: string | null
  from: string
  waves: readonly { title: string }[]
  wave: { index: number; due: number; done: number; etaSeconds: number | null; gateAt: string | null }
  approval: 'manual' | 'automatic'
  startAt: string | null
  counts: Readonly<Record<string, number>>
  actions: readonly string[]
  remote?: { due: number; pushed: number; refused: number; error: string | null } | null
  createdAt: string
  updatedAt: string
}

export type TenantRow = {
  tenant: string
  wave: number
  state: string
  reason?: string
  files: readonly { path: string; change: string }[]
  errors?: readonly { file: string; line: number; detail: string }[]
}

export type Cluster = {
  fingerprint: string
  path: string
  pointer: string
  kind: string
  base: string | null
  ours: string | null
  theirs: string | null
  rollout: string
  tenants: readonly string[]
}

/** Counts that are not 0, in the order of the states. */
export const countsText = (counts: Rollout['counts']): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ') || 'no tenants'

export function rolloutText(rollout: Rollout): string {
  const { id, status, reason, from, waves, wave, counts, actions, remote, startAt } = rollout
  const lines = [
    `Rollout ${id}`,
    `  status    ${status}${reason === null ? '' : `: ${reason}`}`,
    `  from      ${from}`,
    ...waves.map(({ title }, i) => `  wave ${i + 1}    ${title}${i === wave.index && waves.length > 1 ? '  <' : ''}`),
    ...(startAt === null ? [] : [`  start at  ${startAt}`]),
    `  tenants   ${countsText(counts)}`,
    ...(remote
      ? [
          `  remote    ${remote.pushed} pushed, ${remote.due} due, ${remote.refused} refused${remote.error ? `: ${remote.error}` : ''}`,
        ]
      : []),
    ...(actions.length > 0 ? [`  you can   ${actions.join(', ')}`] : []),
  ]
  return `${lines.join('\n')}\n`
}

export const rolloutListText = (rollouts: readonly Rollout[]): string =>
  rollouts.length === 0
    ? 'No rollouts.\n'
    : rollouts
        .map(
          ({ id, status, createdAt, counts }) => `${id}  ${status.padEnd(12)}  ${createdAt}  ${countsText(counts)}\n`,
        )
        .join('')

/** Tenants that want a person's eye, with what is the matter. */
export function tenantRowText({ tenant, state, reason, errors = [], files }: TenantRow): string {
  const why = reason ?? errors.map(({ file, line, detail }) => `${file}:${line}: ${detail}`)[0]
  const what = files.map(({ path, change }) => `${change} ${path}`).join(', ')
  return `  ${tenant.padEnd(24)} ${state.padEnd(12)} ${why ?? what}\n`
}

const INDENT = '      '
const shown = (text: string | null): string =>
  text === null
    ? `${INDENT}(nothing)`
    : text
        .trimEnd()
        .split('\n')
        .map((line) => `${INDENT}${line}`)
        .join('\n')

/** How many tenants of a cluster are named. */
const NAMED = 8

export function clusterText({ path, pointer, kind, base, ours, theirs, tenants, fingerprint }: Cluster): string {
  const more = tenants.length > NAMED ? ` and ${tenants.length - NAMED} more` : ''
  return [
    `${path || '(the branch)'}${pointer === '' ? '' : ` at ${pointer}`}  (${kind})`,
    `  ${tenants.length} ${tenants.length === 1 ? 'tenant' : 'tenants'}: ${tenants.slice(0, NAMED).join(', ')}${more}`,
    `    before:\n${shown(base)}`,
    `    main:\n${shown(theirs)}`,
    `    the tenants:\n${shown(ours)}`,
    `  fingerprint ${fingerprint}`,
    '',
  ].join('\n')
}

const BAR_WIDTH = 30

/** `[########----------] 40/100 applying, about 3 s` */
export function progressText(done: number, total: number, status: string, etaSeconds: number | null): string {
  const filled = total === 0 ? BAR_WIDTH : Math.round((done / total) * BAR_WIDTH)
  const eta = etaSeconds === null || etaSeconds < 1 ? '' : `, about ${Math.ceil(etaSeconds)} s`
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${done}/${total} ${status}${eta}`
}
