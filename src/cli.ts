/** The `espalier` command. Data goes to standard output, everything else to standard error. */
import { Command, CommanderError } from 'commander'
import { packageVersion } from './boot/package-files.ts'
import { VARIABLES } from './boot/variables.ts'
import { lazily } from './commands/line/lazily.ts'
import { parseCount, parseInput, parseInstant } from './commands/line/option-values.ts'
import { WrongUsage } from './commands/line/wrong-usage.ts'
import { addRolloutCommands } from './commands/rollouts/command-line.ts'
import { addTenantCommands } from './commands/tenants/command-line.ts'
import { AppError } from './kernel/errors.ts'
import { StartRefused } from './kernel/start-refused.ts'

/** What every command exits with; `--help` prints it. */
const EXIT = { done: 0, refused: 1, usage: 2, failed: 3 } as const

const from = {
  audit: lazily(() => import('./commands/audit.ts')),
  comparing: lazily(() => import('./commands/compare.ts')),
  files: lazily(() => import('./commands/file.ts')),
  execution: lazily(() => import('./commands/execute.ts')),
  schemas: lazily(() => import('./commands/schema.ts')),
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

addTenantCommands(program)

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
  .addHelpText('after', '\nExit codes:\n  0  whole\n  1  broken')
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
  if (error instanceof WrongUsage || error instanceof StartRefused) {
    process.stderr.write(`espalier: ${error.message}\n`)
    return error instanceof WrongUsage ? EXIT.usage : EXIT.failed
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
