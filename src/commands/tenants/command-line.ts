/** The command lines of `espalier tenant`, `user`, `keys` and `secrets`. */
import { type Command, Option } from 'commander'
import { SCOPES, TENANT_ROLES } from '../../access/actor.ts'
import { DEFAULT_ROLE } from '../../users/users.ts'
import { lazily } from '../line/lazily.ts'
import { collectLabels, parseCount, parseInstant, parseLimit } from '../line/option-values.ts'

const from = {
  apiKeys: lazily(() => import('./keys.ts')),
  keyRing: lazily(() => import('./secrets.ts')),
  tenantViews: lazily(() => import('./views.ts')),
  tenantChanges: lazily(() => import('./changes.ts')),
  users: lazily(() => import('./users.ts')),
}

export function addTenantCommands(program: Command): void {
  const tenant = program
    .command('tenant')
    .description('create, see and change tenants, with or without a running server')
  tenant
    .command('create [id]')
    .description('create a tenant, or all those of a file: branch, row, owner and key, in one go or not at all')
    .option('--name <text>', 'what people call it')
    .option('--domain <name>', 'its host name')
    .option('--plan <plan>', 'one of those in plans.yaml')
    .option('--label <key:value...>', 'what it is chosen by', collectLabels)
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
    .option('--label <key:value...>', 'labels to set beside those it has', collectLabels)
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
    .option('--label <key:value...>', 'only those that have all of these', collectLabels)
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

  const keys = program
    .command('keys')
    .description('API keys of tenants and operators, with or without a running server')
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
}
