/** The `espalier` command. Data goes to standard output, everything else to standard error. */
import { Command, CommanderError, Option } from 'commander'
import { SCOPES } from './access/actor.ts'
import { TENANT_ROLES } from './access/keys/key.ts'
import { VARIABLES } from './boot/config.ts'
import { packageVersion } from './boot/package-files.ts'
import { lazily } from './commands/lazily.ts'
import { parseCount, parseInput, parseInstant, parseLimit } from './commands/option-values.ts'
import { addRolloutCommands } from './commands/rollout-command-line.ts'
import { AppError } from './kernel/errors.ts'
import { StartRefused } from './kernel/start-refused.ts'
import { DEFAULT_ROLE } from './users/users.ts'

/** What every command exits with; `--help` prints it. */
const EXIT = { done: 0, refused: 1, usage: 2, failed: 3 } as const

const from = {
  audit: lazily(() => import('./commands/audit.ts')),
  comparing: lazily(() => import('./commands/compare.ts')),
  files: lazily(() => import('./commands/file.ts')),
  execution: lazily(() => import('./commands/execute.ts')),
  apiKeys: lazily(() => import('./commands/keys.ts')),
  schemas: lazily(() => import('./commands/schema.ts')),
  keyRing: lazily(() => import('./commands/secrets.ts')),
  tenantViews: lazily(() => import('./commands/tenant.ts')),
  tenantChanges: lazily(() => import('./commands/tenant-changes.ts')),
  users: lazily(() => import('./commands/user.ts')),
  validation: lazily(() => import('./commands/validate.ts')),
  watching: lazily(() => import('./commands/watch.ts')),
}

const program = new Command('espalier')
  .description('A configuration service in which every tenant is a Git branch.')
  .version(packageVersion())
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .addHelpText(
    'after',
    `
Exit codes:
  0  done
  1  refused: the tree is not valid, the tool found the input wanting, the tenant is unknown
  2  the command line is wrong
  3  could not run: the address is taken, the repository cannot be read`,
  )

program
  .command('serve')
  .description('serve until SIGTERM or SIGINT')
  .addHelpText('after', `\nEnvironment:\n${variablesText()}`)
  .action(async () => {
    const { serve } = await import('./main.ts')
    await serve(process.env, (text) => process.stdout.write(text))
  })

const tenant = program.command('tenant').description('create, see and change tenants, with or without a running server')
tenant
  .command('create [id]')
  .description('create a tenant, or all those of a file: branch, row, owner and key, in one go or not at all')
  .option('--name <text>', 'what people call it')
  .option('--domain <name>', 'its host name')
  .option('--plan <plan>', 'one of those in plans.yaml')
  .option('--label <key:value...>', 'what it is chosen by')
  .option('--owner-email <address>', 'make a user with the role owner')
  .option('--issue-key', 'print a key for an owner, this once')
  .option('--file <list>', 'JSON or YAML: a list of tenants as POST /admin/tenants takes them')
  .option('--json', 'print JSON')
  .action(from.tenantChanges('createTenant'))
tenant
  .command('update <id>')
  .description("change some of a tenant's settings")
  .option('--name <text>', 'what people call it')
  .option('--domain <name>', 'its host name')
  .option('--plan <plan>', 'one of those in plans.yaml')
  .option('--label <key:value...>', 'labels to set beside those it has')
  .option('--file <patch>', 'JSON or YAML: what to change, as PATCH /admin/tenants/<id> takes it')
  .option('--json', 'print the tenant as JSON')
  .action(from.tenantChanges('updateTenant'))
for (const [name, description, action] of [
  ['suspend', 'refuse all requests of a tenant until it is resumed', from.tenantChanges('suspendTenant')],
  ['resume', 'let a suspended tenant answer again', from.tenantChanges('resumeTenant')],
  ['delete', 'delete a tenant; nothing is destroyed, and restore brings it back', from.tenantChanges('deleteTenant')],
  ['restore', 'bring a deleted tenant back', from.tenantChanges('restoreTenant')],
] as const) {
  const command = tenant.command(`${name} <id>`).description(description)
  command.option('--json', 'print the tenant as JSON').action(action)
}
tenant
  .command('list')
  .description('tenants and where they stand')
  .option('--label <key:value...>', 'only those that have all of these')
  .option('--plan <plan>', 'only those of this plan')
  .option('--status <status>', 'active, suspended or deleted; without it, all but deleted ones')
  .option('--state <state>', 'live, degraded, invalid, branch-missing, branch-unreadable or behind-main')
  .option('--json', 'print JSON')
  .action(from.tenantViews('listTenants'))
tenant
  .command('show <id>')
  .description('one tenant and where its branch stands')
  .option('--json', 'print the tenant as JSON')
  .action(from.tenantViews('showTenant'))
tenant
  .command('usage <id>')
  .description('what was committed and run: by author, day, tool, workflow and outcome')
  .option('--json', 'print the usage as JSON')
  .action(from.tenantViews('tenantUsage'))

const user = program.command('user').description("a tenant's users, with or without a running server")
user
  .command('add <tenant> <email>')
  .description('add a user to a tenant')
  .option('--name <text>', 'what people call them; without it, the address')
  .addOption(new Option('--role <role>', 'what they may do there').choices(TENANT_ROLES).default(DEFAULT_ROLE))
  .option('--json', 'print the user as JSON')
  .action(from.users('addUser'))
user
  .command('list <tenant>')
  .description('the users of a tenant')
  .option('--json', 'print JSON')
  .action(from.users('listUsers'))
user
  .command('change <tenant> <email>')
  .description("change a user's name or role; a lower role revokes their keys that could do more")
  .option('--name <text>', 'what people call them')
  .addOption(new Option('--role <role>', 'what they may do there').choices(TENANT_ROLES))
  .option('--json', 'print the user as JSON')
  .action(from.users('changeUser'))
user
  .command('remove <tenant> <email>')
  .description('remove a user from a tenant, and revoke their keys')
  .option('--json', 'print who was removed as JSON')
  .action(from.users('removeUser'))

const keys = program.command('keys').description('API keys of tenants and operators, with or without a running server')
keys
  .command('create')
  .description('issue a key and print it, this once')
  .option('--tenant <id>', "whose key it is; without it, an operator's")
  .addOption(new Option('--role <role>', 'what it may do there').choices(TENANT_ROLES))
  .addOption(new Option('--scope <scope...>', 'only these of what the role can do').choices(SCOPES))
  .option('--name <text>', 'what it is for')
  .option('--user <id>', 'the user of the tenant whom it is issued to, and with whom it ends')
  .option('--expires <instant>', 'when it ends, such as 2027-01-01T00:00:00Z', parseInstant)
  .option('--rate-limit <limit>', 'such as 100/minute', parseLimit)
  .option('--json', 'print JSON')
  .action(from.apiKeys('createKey'))
keys
  .command('list')
  .description('keys and where they stand; never the keys themselves')
  .option('--tenant <id>', "whose keys; without it, the operators'")
  .option('--json', 'print JSON')
  .action(from.apiKeys('listKeys'))
keys
  .command('rotate <id>')
  .description('replace a key by a new one that allows the same, and print it')
  .option('--grace <seconds>', 'how long the old one goes on to work', parseCount)
  .option('--at-once', 'end the old one now')
  .option('--json', 'print JSON')
  .action(from.apiKeys('rotateKey'))
keys.command('revoke <id>').description('end a key').option('--json', 'print JSON').action(from.apiKeys('revokeKey'))
keys
  .command('import <file>')
  .description('let keys of another service go on to work: YAML with a list api_keys')
  .option('--dry-run', 'only say what would be imported')
  .option('--json', 'print JSON')
  .action(from.apiKeys('importKeyFile'))

program
  .command('execute <tenant> [text]')
  .description('run a tool or workflow of a tenant, by name or in words')
  .option('--tool <name>', 'the tool to run')
  .option('--workflow <name>', 'the workflow to run')
  .option('--input <json>', 'members of the input', parseInput)
  .option('--dry-run', 'only say what would run')
  .option('--json', 'as it is without: the answer is JSON')
  .addHelpText('after', `\nExample:\n  espalier execute acme-corp "what is 12 * 7"`)
  .action(from.execution('executeCommand'))

const file = program.command('file').description("a tenant's files: every change is a checked and signed commit")
file
  .command('list <tenant> [prefix]')
  .description('the files of the branch with the ids of their content')
  .option('--json', 'print JSON')
  .action(from.files('listFiles'))
file
  .command('get <tenant> <path>')
  .description('print a file as it is')
  .option('--json', 'print its id and its content as JSON')
  .action(from.files('getFile'))
for (const [name, description, example, action] of [
  [
    'put <tenant> <path> [file]',
    'create a file, or replace it as a whole, from a file or standard input',
    'put acme-corp config/limits.yaml limits.yaml --new',
    from.files('putFile'),
  ],
  [
    'patch <tenant> <path> [file]',
    'change some values of a JSON or YAML file; comments and layout stay',
    `patch acme-corp config/limits.yaml --patch '{"requests": 20}'`,
    from.files('patchFile'),
  ],
  ['delete <tenant> <path>', 'delete a file', 'delete acme-corp config/limits.yaml', from.files('deleteFile')],
] as const) {
  const command = file.command(name).description(description)
  if (name.startsWith('patch')) {
    command.option('--patch <json>', 'the patch: a map is a merge patch (RFC 7396), a list a JSON Patch (RFC 6902)')
  }
  if (name.startsWith('put')) command.option('--new', 'the file must not be there yet')
  command
    .option('--if-match <id>', 'only where the file holds what `file list` shows with this id; * = whatever it holds')
    .option('--message <text>', 'the message of the commit')
    .option('--dry-run', 'check everything, change nothing')
    .option('--json', 'print JSON')
    .addHelpText('after', `\nExample:\n  espalier file ${example}`)
    .action(action)
}
program
  .command('rollback <tenant>')
  .description('go back to an earlier commit of a branch, or undo one, by a new commit')
  .option('--to <revision>', 'the files are to be those of this commit; an id, or head~n')
  .option('--revert <revision>', 'undo what this commit changed, and keep what came after it')
  .option('--message <text>', 'the message of the commit')
  .option('--dry-run', 'check everything, change nothing')
  .option('--json', 'print JSON')
  .addHelpText('after', '\nExample:\n  espalier rollback acme-corp --to head~1')
  .action(from.files('rollBack'))

program
  .command('compare <tenant> [from] [to]')
  .description('what differs between two revisions: by file, and by value in JSON and YAML')
  .option('--path <path>', 'only this file or folder')
  .option('--diff', 'print the difference as git diff does')
  .option('--json', 'print JSON')
  .addHelpText(
    'after',
    `
Revisions: head (of the tenant's branch), main, base (where they last met), or the id of a commit of either;
~n behind it for n first parents before it. Without revisions: from main to head.

Examples:
  espalier compare acme-corp base         what the tenant has of its own
  espalier compare acme-corp base main    what main has that it does not have yet
  espalier compare acme-corp head~1       the last commit`,
  )
  .action(from.comparing('compareCommand'))

program
  .command('watch <tenant>')
  .description('print what the tenant is served, whenever that changes, until interrupted')
  .option('--json', 'print one JSON object a line')
  .action(from.watching('watchCommand'))

program
  .command('validate [target]')
  .description('check a folder, a file, a branch, or what is staged, as the server would')
  .option('--staged', 'check what `git commit` would commit')
  .option('--json', 'print the errors as JSON')
  .addHelpText(
    'after',
    `
Targets: a folder with tools/, workflows/ and config/ (the default: this one), a single file
in such a folder, a branch of the repository, or a tenant's id.

As a pre-commit hook, in .git/hooks/pre-commit of the repository:
  #!/bin/sh
  exec espalier validate --staged`,
  )
  .action(from.validation('validateCommand'))

program
  .command('schema [kind]')
  .description('print the JSON Schema of a kind of file, or `openapi`; without a kind, what there is')
  .action(from.schemas('schemaCommand'))

const audit = program
  .command('audit')
  .description('the audit trail: what was changed, by whom, and whether it is whole')
audit
  .command('verify')
  .description('check every row and every checkpoint, and name the first row that is wrong')
  .option('--json', 'print the result as JSON')
  .option('--checkpoints <file>', 'check against this copy of data/audit/checkpoints.ndjson too')
  .addHelpText('after', '\nExit codes:\n  0  whole\n  1  broken, or the file cannot be read')
  .action(from.audit('verifyAudit'))
audit
  .command('list')
  .description('rows, newest first')
  .option('--tenant <id>', 'only of this tenant')
  .option('--action <action>', 'only this action, such as tenant.created')
  .option('--actor <actor>', 'only by this actor, such as key:<id>')
  .option('--from <instant>', 'not before this instant, such as 2026-03-01T00:00:00Z', parseInstant)
  .option('--to <instant>', 'before this instant', parseInstant)
  .option('--limit <n>', 'at most so many rows', parseCount, 50)
  .option('--json', 'print one JSON object a line')
  .action(from.audit('listAudit'))

const secrets = program.command('secrets').description('the keys that secrets are encrypted under')
secrets
  .command('rotate-master')
  .description('encrypt every data key under a new master key')
  .addHelpText(
    'after',
    `
With the key in data/keys/master a new one is made. With ESPALIER_MASTER_KEY, set that to the new key and
ESPALIER_MASTER_KEY_PREVIOUS to the old one, restart the server with both, and then run this.`,
  )
  .option('--json', 'print JSON')
  .action(from.keyRing('rotateMasterKey'))
secrets
  .command('rotate-key <tenant>')
  .description('give a tenant a new data key and encrypt its secrets under it')
  .option('--json', 'print JSON')
  .action(from.keyRing('rotateTenantKey'))

addRolloutCommands(program)

function variablesText(): string {
  const width = Math.max(...Object.keys(VARIABLES).map((name) => name.length))
  return Object.entries(VARIABLES)
    .map(([name, [value, meaning]]) => `  ${name.padEnd(width)}  ${meaning}${value ? ` (${value})` : ''}`)
    .join('\n')
}

/** What went wrong, for people; where it was foreseen, without a stack. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
  if (error instanceof StartRefused) {
    process.stderr.write(`espalier: ${error.message}\n`)
    return EXIT.failed
  }
  if (error instanceof AppError) {
    process.stderr.write(`espalier: ${error.detail}\n`)
    for (const { file, line, column, pointer, detail } of error.errors ?? []) {
      process.stderr.write(`  ${file ? `${file}:${line}:${column}` : pointer || '(input)'}: ${detail}\n`)
    }
    return EXIT.refused
  }
  process.stderr.write(`espalier: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return EXIT.failed
}

// `espalier ... | head` closes the pipe when it has enough, which is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(stream === process.stdout ? EXIT.done : EXIT.usage)
  })
}

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}
