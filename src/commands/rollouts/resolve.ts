/** `espalier rollout resolve`: open conflicts one after the other, or one that is named. */

import { readInput } from '../line/input-file.ts'
import { print } from '../line/output.ts'
import { type Product, withProduct } from '../line/product.ts'
import { askPerson, isAtTerminal } from '../line/terminal.ts'
import { finish, idOrNewest } from './acts.ts'
import { pathOf } from './follow.ts'
import { type Cluster, clusterText, type Rollout, type TenantRow, tenantRowText } from './text.ts'

export type ResolveOptions = {
  use?: 'main' | 'tenant' | 'value'
  value?: string
  valueFile?: string
  tenant?: string[]
  json?: boolean
  yes?: boolean
}

type Decision = { use: 'main' | 'tenant' | 'value'; value?: string; tenants?: readonly string[] }
type Outcome = { items: (TenantRow & { rollout: string })[] }

export const resolveConflicts = (fingerprint: string | undefined, options: ResolveOptions): Promise<void> =>
  withProduct(async (product) => {
    if (fingerprint !== undefined && options.use !== undefined) {
      const outcome = await decide(product, fingerprint, decisionOf(options))
      print(options, outcome, () => outcome.items.map(tenantRowText).join(''))
      if (!options.json) await followReopened(product, outcome, options)
      return
    }
    const { items } = await product.ask<{ items: Cluster[] }>('GET', '/admin/conflicts')
    const clusters = items.filter((cluster) => fingerprint === undefined || cluster.fingerprint === fingerprint)
    if (options.json || !isAtTerminal()) {
      print(options, { items: clusters }, () => clusters.map(clusterText).join('\n') || 'No conflicts are open.\n')
      return
    }
    await walk(product, clusters, options)
  })

const decide = (product: Product, fingerprint: string, decision: Decision): Promise<Outcome> =>
  product.ask('POST', `/admin/conflicts/${encodeURIComponent(fingerprint)}/resolve`, decision)

function decisionOf({ use = 'main', value, valueFile, tenant }: ResolveOptions): Decision {
  const text = valueFile === undefined ? value : readInput(valueFile).toString()
  return { use, ...(text === undefined ? {} : { value: text }), ...(tenant ? { tenants: tenant } : {}) }
}

const QUESTION = "Take [m]ain's, keep the [t]enants', write a [v]alue, [s]kip, [q]uit? "
const CHOICES: Readonly<Record<string, Decision['use'] | 'skip' | 'quit'>> = {
  m: 'main',
  main: 'main',
  t: 'tenant',
  tenant: 'tenant',
  v: 'value',
  value: 'value',
  s: 'skip',
  skip: 'skip',
  q: 'quit',
  quit: 'quit',
}

async function walk(product: Product, clusters: readonly Cluster[], options: ResolveOptions): Promise<void> {
  if (clusters.length === 0) process.stdout.write('No conflicts are open.\n')
  const decided: Outcome['items'] = []
  for (const [i, cluster] of clusters.entries()) {
    process.stdout.write(`\nConflict ${i + 1} of ${clusters.length}\n${clusterText(cluster)}`)
    const choice = await askChoice()
    if (choice === 'quit') break
    if (choice === 'skip') continue
    const value = choice === 'value' ? await askPerson('The value, as JSON or YAML: ') : undefined
    if (choice === 'value' && value === undefined) break
    const { items } = await decide(product, cluster.fingerprint, {
      use: choice,
      ...(value === undefined ? {} : { value }),
    })
    process.stdout.write(items.map(tenantRowText).join(''))
    decided.push(...items)
  }
  await followReopened(product, { items: decided }, options)
}

async function askChoice(): Promise<Decision['use'] | 'skip' | 'quit'> {
  for (;;) {
    const answer = await askPerson(QUESTION)
    if (answer === undefined) return 'quit'
    const choice = CHOICES[answer.toLowerCase()]
    if (choice !== undefined) return choice
  }
}

/** Runs that were over go on for what was decided. */
async function followReopened(product: Product, { items }: Outcome, options: ResolveOptions): Promise<void> {
  for (const id of new Set(items.map(({ rollout }) => rollout))) {
    const run = await product.ask<Rollout>('GET', pathOf(await idOrNewest(product, id)))
    await finish(product, run, options)
  }
}
