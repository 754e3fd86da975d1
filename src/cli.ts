/** The `espalier` command. Data goes to standard output, everything else to standard error. */
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { VARIABLES } from './boot/config.ts'
import { packageVersion } from './boot/package-files.ts'
import { executeCommand } from './commands/execute.ts'
import { schemaCommand } from './commands/schema.ts'
import { createTenant, listTenants, showTenant, tenantUsage } from './commands/tenant.ts'
import { validateCommand } from './commands/validate.ts'
import { AppError } from './kernel/errors.ts'
import { isJsonObject, type JsonObject } from './kernel/json.ts'
import { StartRefused } from './kernel/start-refused.ts'
import { serve } from './main.ts'

/** What every command exits with; `--help` prints it. */
const EXIT = { done: 0, refused: 1, usage: 2, failed: 3 } as const

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
  .action(() => serve(process.env, (text) => process.stdout.write(text)))

const tenant = program.command('tenant').description('create and see tenants, with or without a running server')
tenant
  .command('create <id>')
  .description('create a tenant: its branch from the head of main, and its row')
  .option('--json', 'print the tenant as JSON')
  .action(createTenant)
tenant
  .command('list')
  .description('all tenants and where they stand')
  .option('--json', 'print JSON')
  .action(listTenants)
tenant
  .command('show <id>')
  .description('one tenant and where its branch stands')
  .option('--json', 'print the tenant as JSON')
  .action(showTenant)
tenant
  .command('usage <id>')
  .description('what was committed and run: by author, day, tool, workflow and outcome')
  .option('--json', 'print the usage as JSON')
  .action(tenantUsage)

program
  .command('execute <tenant> [text]')
  .description('run a tool or workflow of a tenant, by name or in words')
  .option('--tool <name>', 'the tool to run')
  .option('--workflow <name>', 'the workflow to run')
  .option('--input <json>', 'members of the input', parseInput)
  .option('--dry-run', 'only say what would run')
  .addHelpText('after', `\nExample:\n  espalier execute acme-corp "what is 12 * 7"`)
  .action(executeCommand)

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
  .action(validateCommand)

program
  .command('schema [kind]')
  .description('print the JSON Schema of a kind of file, or `openapi`; without a kind, what there is')
  .action(schemaCommand)

function parseInput(text: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
  if (isJsonObject(value)) return value
  throw new InvalidArgumentError('It must be a JSON object.')
}

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

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}
