/** Which part may know which. Each rule says why. */

/** What may use Hono: the edge. */
const EDGE = '^src/http/'
/** What may touch the disk, processes and drivers. */
const ADAPTERS = '^src/(git|storage|signing|boot|commands|observability|app)/|^src/(app|main|cli)\\.ts$'

/** A folder read as a tree, and the processes that tenants' expressions are held in: each is the adapter of its domain. */
const EXCEPTIONS = '^src/snapshots/folder-source\\.ts$|^src/expressions/workers/worker-process\\.ts$'

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one thought in two places. Types may refer back.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'kernel-stands-alone',
      comment: 'Everything rests on the kernel, so it rests on nothing of ours.',
      severity: 'error',
      from: { path: '^src/kernel/' },
      to: { path: '^src/(?!kernel/)' },
    },
    {
      name: 'domains-know-no-edge',
      comment: 'Rules that know HTTP or the command line cannot be used from the other one.',
      severity: 'error',
      from: { path: '^src/(?!http/|commands/|app/|app\\.ts|main\\.ts|cli\\.ts)' },
      to: { path: '^src/(http|commands|app)/|^src/(app|main|cli)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'domains-know-no-adapter',
      comment: 'A domain states its port; app/ gives it the adapter.',
      severity: 'error',
      from: { path: '^src/(rollouts|history|watch|tenants|audit|secrets|executions|engine|workflows|tools|routing|expressions|documents|schemas|edits)/' },
      to: { path: '^src/(storage|git|observability)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'hono-at-the-edge',
      comment: 'Only the edge speaks HTTP.',
      severity: 'error',
      from: { path: '^src/', pathNot: `${EDGE}|^src/app\\.ts$` },
      to: { path: 'node_modules/(hono|@hono)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'disk-and-processes-in-adapters',
      comment: 'Whoever reads a rule should not have to ask what it does to the disk.',
      severity: 'error',
      from: { path: '^src/', pathNot: `${ADAPTERS}|${EXCEPTIONS}` },
      to: { path: '^(node:)?(fs|fs/promises|child_process)$', dependencyTypes: ['core'] },
    },
    {
      name: 'sql-in-storage',
      comment: 'Queries live where the tenant scope is put on them.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/storage/' },
      to: { path: 'node_modules/(kysely|better-sqlite3)/' },
    },
    {
      name: 'tests-are-not-shipped',
      comment: 'Nothing that runs in production needs a test.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
}
