/** `espalier rollout start|list|show|approve|pause|resume|abort|retry|rollback|events`. */
import { AppError } from '../../kernel/errors.ts'
import { print } from '../line/output.ts'
import { type Product, withProduct } from '../line/product.ts'
import { askPerson, isAtTerminal } from '../line/terminal.ts'
import { follow, pathOf } from './follow.ts'
import { countsText, type Rollout, rolloutListText, rolloutText, type TenantRow, tenantRowText } from './text.ts'
import type { WaveBody } from './wave-option.ts'

type Options = { json?: boolean; yes?: boolean; detach?: boolean }

export type StartOptions = Options & {
  from?: string
  label?: Record<string, string>
  plan?: string
  tenant?: string[]
  wave?: WaveBody[]
  maxFailures?: number
  watch?: number
  startAt?: number
  dryRun?: boolean
}

const REFUSED_EXIT = 1
/** A run that ended here did not go out, or not all of it. */
const FELL_SHORT: ReadonlySet<string> = new Set(['paused', 'aborted'])

export const startRollout = (options: StartOptions): Promise<void> =>
  withProduct(async (product) => {
    const body = startBody(options)
    if (options.dryRun) return preview(product, body, options)
    const planned = await product.ask<Rollout>('POST', '/admin/rollouts', body)
    if (planned.status !== 'planned') return finish(product, planned, options)
    process.stderr.write(`Planned: ${countsText(planned.counts)}.\n`)
    if (isIdle(planned)) return end(product, planned, options)
    if (await isAgreed(planned, options)) {
      const approved = await product.ask<Rollout>('POST', `${pathOf(planned.id)}/approve`, {})
      return finish(product, approved, options)
    }
    print(options, planned, () => `${rolloutText(planned)}${nextText(planned)}`)
  })

/** Nobody would get anything, and nothing is to be decided. */
const isIdle = ({ counts }: Rollout): boolean =>
  Object.entries(counts).every(([state, count]) => count === 0 || state === 'noop')

async function end(product: Product, { id }: Rollout, options: Options): Promise<void> {
  const reason = 'Every branch has the commit already.'
  const ended = await product.ask<Rollout>('POST', `${pathOf(id)}/abort`, { reason })
  print(options, ended, () => `Nothing to let out: every branch has the commit already.\n`)
}

const dueOf = ({ counts }: Rollout): number =>
  ['clean', 'structural', 'resolved', 'stale'].reduce((sum, state) => sum + (counts[state] ?? 0), 0)

async function isAgreed(planned: Rollout, { yes }: Options): Promise<boolean> {
  const due = dueOf(planned)
  if (due === 0) return false
  if (yes) return true
  if (!isAtTerminal()) return false
  const answer = await askPerson(`Let it out to ${due} ${due === 1 ? 'tenant' : 'tenants'}? [y/N] `)
  return /^y(?:es)?$/i.test(answer ?? '')
}

async function preview(product: Product, body: object, options: Options): Promise<void> {
  const found = await product.ask<{ counts: Rollout['counts']; tenants: TenantRow[] }>('POST', '/admin/rollouts', {
    ...body,
    dryRun: true,
  })
  print(options, found, () => `${countsText(found.counts)}\n${found.tenants.map(tenantRowText).join('')}`)
}

export const listRollouts = (options: Options): Promise<void> =>
  withProduct(async (product) => {
    const items: Rollout[] = []
    let page: { items: Rollout[]; nextPageToken?: string } = { items: [], nextPageToken: '' }
    while (page.nextPageToken !== undefined) {
      const after = page.nextPageToken === '' ? '' : `&pageToken=${page.nextPageToken}`
      page = await product.ask('GET', `/admin/rollouts?pageSize=100${after}`)
      items.push(...page.items)
    }
    print(options, { items }, () => rolloutListText(items))
  })

/** States that a person has to do something about. */
const NOTEWORTHY = ['conflict', 'invalid', 'held', 'failed', 'parked', 'rollback-parked']
const NOTED = 20

export const showRollout = (id: string | undefined, options: Options): Promise<void> =>
  withProduct(async (product) => {
    const run = await product.ask<Rollout>('GET', pathOf(await idOrNewest(product, id)))
    print(options, run, () => rolloutText(run))
    if (options.json) return
    const query = NOTEWORTHY.map((state) => `state=${state}`).join('&')
    const { items } = await product.ask<{ items: TenantRow[] }>(
      'GET',
      `${pathOf(run.id)}/tenants?pageSize=${NOTED}&${query}`,
    )
    process.stdout.write(`${items.map(tenantRowText).join('')}${nextText(run)}`)
  })

const act =
  (move: string) =>
  (id: string | undefined, options: Options & { reason?: string; tenant?: string[] }): Promise<void> =>
    withProduct(async (product) => {
      const { reason, tenant } = options
      const body = { ...(reason === undefined ? {} : { reason }), ...(tenant === undefined ? {} : { tenants: tenant }) }
      const run = await product.ask<Rollout>('POST', `${pathOf(await idOrNewest(product, id))}/${move}`, body)
      await finish(product, run, options)
    })

export const approveRollout = act('approve')
export const pauseRollout = act('pause')
export const resumeRollout = act('resume')
export const abortRollout = act('abort')
export const retryRollout = act('retry')
export const rollBackRollout = act('rollback')

export const followRollout = (id: string | undefined, options: Options): Promise<void> =>
  withProduct(async (product) => {
    const path = pathOf(await idOrNewest(product, id))
    for await (const { event, data } of product.events(`${path}/events`)) {
      const { at, status, counts, reason } = JSON.parse(data) as Rollout & { at: string }
      const line = `${at}  ${status.padEnd(12)} ${countsText(counts)}${reason ? `  ${reason}` : ''}`
      process.stdout.write(options.json ? `${JSON.stringify({ event, ...JSON.parse(data) })}\n` : `${line}\n`)
    }
  })

/** Follows what was set going, and says how it ended. */
export async function finish(product: Product, run: Rollout, options: Options): Promise<void> {
  const isFollowed = !options.detach || product.kind === 'here'
  let ended = isFollowed ? await follow(product, run.id) : run
  // `--yes` is the word for every wave.
  while (isFollowed && options.yes && ended.status === 'gate' && ended.actions.includes('approve')) {
    await product.ask<Rollout>('POST', `${pathOf(run.id)}/approve`, {})
    ended = await follow(product, run.id)
  }
  print(options, ended, () => `${rolloutText(ended)}${nextText(ended)}`)
  if (product.kind === 'here' && ended.status === 'approved') {
    process.stderr.write('Nothing goes out by itself without a server: start one with ./scripts/serve.\n')
  }
  if (FELL_SHORT.has(ended.status)) process.exitCode = REFUSED_EXIT
}

/** What a person may want to do now. */
function nextText(rollout: Rollout): string {
  const { status, id, counts } = rollout
  if (status === 'gate') return `The next wave waits for your word:\n  espalier rollout approve ${id}\n`
  const conflicts =
    (counts.conflict ?? 0) > 0 && status !== 'aborted' ? 'Decide the conflicts with:\n  espalier rollout resolve\n' : ''
  const approval =
    status === 'planned' && dueOf(rollout) > 0 ? `Let it out with:\n  espalier rollout approve ${id}\n` : ''
  return `${conflicts}${approval}`
}

export async function idOrNewest(product: Product, id: string | undefined): Promise<string> {
  if (id !== undefined) return id
  const { items } = await product.ask<{ items: Rollout[] }>('GET', '/admin/rollouts?pageSize=1')
  const newest = items[0]
  if (!newest) {
    throw new AppError('rollout-not-found', { detail: 'There is no rollout yet; `espalier rollout start` makes one.' })
  }
  return newest.id
}

function startBody(options: StartOptions): object {
  const { from, label, plan, tenant, wave, maxFailures, watch, startAt } = options
  const select = {
    ...(label ? { labels: label } : {}),
    ...(plan ? { plan } : {}),
    ...(tenant ? { tenants: tenant } : {}),
  }
  const thresholds = {
    ...(maxFailures === undefined ? {} : { failures: maxFailures }),
    ...(watch === undefined ? {} : { watchSeconds: watch }),
  }
  return {
    ...(from ? { from } : {}),
    ...(Object.keys(select).length > 0 ? { select } : {}),
    ...(wave ? { waves: wave } : {}),
    ...(Object.keys(thresholds).length > 0 ? { thresholds } : {}),
    ...(startAt === undefined ? {} : { startAt: new Date(startAt).toISOString() }),
  }
}
