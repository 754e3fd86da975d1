/**
 * The files of the fixture: a trunk of 60 tools and 40 workflows as a company might have them, and what a tenant adds.
 * Invariant: the same number gives the same file, so that runs on two machines measure the same bytes.
 */

/** Path and content. */
export type FixtureFile = readonly [path: string, content: string]

const TOOLS = 60
const WORKFLOWS = 40

const SUBJECTS = [
  'invoice',
  'shipment',
  'contract',
  'refund',
  'timesheet',
  'forecast',
  'claim',
  'asset',
  'badge',
  'lease',
]

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
const numbered = (base: string, index: number): string => `${base}_${String(index).padStart(2, '0')}`
const subjectOf = (index: number): string => SUBJECTS[index % SUBJECTS.length]!

/** The trunk: what `starter` holds, filled up to 60 tools, 40 workflows and two files of configuration. */
export function trunkFiles(starter: readonly FixtureFile[]): FixtureFile[] {
  const missing = (folder: string, wanted: number): number[] =>
    Array.from(
      { length: Math.max(0, wanted - starter.filter(([path]) => path.startsWith(folder)).length) },
      (_, i) => i,
    )
  return [
    ...starter,
    ...missing('tools/', TOOLS).map((index) => toolFile(index)),
    ...missing('workflows/', WORKFLOWS).map(workflowFile),
    ['config/limits.json', json({ requests: { per_minute: 600, burst: 50 }, storage: { megabytes: 2_048 } })],
    ['config/regions.json', json(Object.fromEntries(SUBJECTS.map((name) => [name, { home: 'eu', replicas: ['us'] }])))],
  ]
}

/** Half of the tools check, half compute. */
function toolFile(index: number, limit = 10_000): FixtureFile {
  const subject = subjectOf(index)
  const name = numbered(`check_${subject}`, index)
  const common = {
    name,
    version: '1.0.0',
    description: `Looks at the ${subject} number ${index} before anything is paid or sent.`,
    category: 'operations',
    examples: [`look at the ${subject} of group ${index}`],
    input: {
      type: 'object',
      properties: { amount: { type: 'number' }, quantity: { type: 'number' }, reference: { type: 'string' } },
      required: ['amount'],
    },
  }
  const rules = [`max_amount: ${limit}`, 'min_amount: 1', 'reference_format: ^[A-Z]{2}-[0-9]{4}$']
  const compute = { net: `amount * ${index + 1}.0`, gross: 'net * 1.2', isLarge: `amount > ${limit}.0` }
  return [`tools/${name}.json`, json(index % 2 === 0 ? { ...common, rules } : { ...common, compute })]
}

function workflowFile(index: number): FixtureFile {
  const stages = [0, 1, 2].map((step) => {
    const tool = (index * 2 + step * 2 + 1) % 40
    return numbered(`check_${subjectOf(tool)}`, tool)
  })
  const name = numbered(`close_${subjectOf(index)}`, index)
  const text = [
    `name: ${name}`,
    `description: Closes the ${subjectOf(index)} books of branch ${index}.`,
    'stages:',
    ...stages.map((stage) => `  - ${stage}`),
  ]
  return [`workflows/${name}.yaml`, `${text.join('\n')}\n`]
}

/** What the branch of the tenant with this number has that the trunk has not: two files, and one core file edited. */
export const tenantFiles = (index: number): FixtureFile[] => [
  [
    'tools/own_discount.json',
    json({
      name: 'own_discount',
      description: `The discount of customer ${index}.`,
      input: { type: 'object', properties: { price: { type: 'number' } }, required: ['price'] },
      compute: { discounted: `price * 0.${String(index % 90).padStart(2, '0')}1` },
    }),
  ],
  ['config/customer.json', json({ number: index, contact: `desk-${index}@customer.example` })],
  toolFile(0, 20_000 + index),
]
