/** The command lines of `espalier rollout`, and of the merge that rollouts rest on. */
import { type Command, Option } from 'commander'
import { MERGE_DRIVER_HELP } from '../../rollouts/merge/merge-driver-help.ts'
import { lazily } from '../line/lazily.ts'
import { collectLabels, parseCount, parseInstant } from '../line/option-values.ts'
import { collectWaves } from './wave-option.ts'

const from = {
  rollouts: lazily(() => import('./acts.ts')),
  holds: lazily(() => import('./hold.ts')),
  conflicts: lazily(() => import('./resolve.ts')),
  merging: lazily(() => import('./merge.ts')),
  rolloutPlans: lazily(() => import('./plan.ts')),
}

export function addRolloutCommands(program: Command): void {
  const rollout = program
    .command('rollout')
    .description(
      "merge the trunk into tenants' branches: planned, in waves, reversible; with or without a running server",
    )
  rollout
    .command('start')
    .description('plan a rollout, show what it would do, and let it out if you agree')
    .option('--from <revision>', 'the commit to merge; without it, the head of the trunk')
    .option('--label <key:value...>', 'only tenants that have all of these', collectLabels)
    .option('--plan <plan>', 'only tenants of this plan')
    .option('--tenant <id...>', 'only these')
    .option(
      '--wave <wave...>',
      'who gets it first: 10%, region:eu, or ids with commas; 1%, 10%, 50% and the rest without it',
      collectWaves,
    )
    .option('--max-failures <n>', 'tenants of a wave that may fail before it is paused', parseCount)
    .option('--watch <seconds>', 'how long each wave is watched before the next', parseCount)
    .option('--start-at <instant>', 'when it goes out, such as 2027-01-01T00:00:00Z', parseInstant)
    .option('--dry-run', 'only say what would happen')
    .option('--detach', 'let the server do it, and do not wait')
    .option('--yes', 'let all waves out without asking')
    .option('--json', 'print JSON')
    .addHelpText('after', `\nExit codes:\n  0  done, or planned\n  1  refused, paused or aborted`)
    .action(from.rollouts('startRollout'))
  rollout
    .command('list')
    .description('rollouts, newest first')
    .option('--json', 'print JSON')
    .action(from.rollouts('listRollouts'))
  rollout
    .command('show [id]')
    .description('where a rollout stands, and who needs a look; without an id, the newest')
    .option('--json', 'print JSON')
    .action(from.rollouts('showRollout'))
  for (const [name, description, action, reason] of [
    ['approve', 'let the first wave out, or the next one', from.rollouts('approveRollout'), false],
    ['pause', 'stop after the batch that is under way', from.rollouts('pauseRollout'), true],
    ['resume', 'go on where it was paused', from.rollouts('resumeRollout'), false],
    ['abort', 'end it; what went out stays', from.rollouts('abortRollout'), true],
    ['retry', 'try again what did not go out', from.rollouts('retryRollout'), false],
  ] as const) {
    const command = rollout.command(`${name} [id]`).description(`${description}; without an id, of the newest`)
    if (reason) command.option('--reason <text>', 'why')
    command
      .option('--detach', 'do not wait')
      .option('--yes', 'let all waves out without asking')
      .option('--json', 'print JSON')
      .action(action)
  }
  rollout
    .command('rollback [id]')
    .description('take it back, by a new commit on each branch; later changes of a tenant stay')
    .option('--tenant <id...>', 'only these')
    .option('--detach', 'do not wait')
    .option('--json', 'print JSON')
    .action(from.rollouts('rollBackRollout'))
  rollout
    .command('events [id]')
    .description('what happened and happens, a line each, until the rollout is over')
    .option('--json', 'print one JSON object a line')
    .action(from.rollouts('followRollout'))
  rollout
    .command('resolve [fingerprint]')
    .description('decide open conflicts: one after the other in a terminal, or one that is named')
    .addOption(
      new Option('--use <whose>', "main's version, the tenants', or --value").choices(['main', 'tenant', 'value']),
    )
    .option('--value <text>', 'JSON or YAML for the value, or lines of text')
    .option('--value-file <file>', 'the same, from a file')
    .option('--tenant <id...>', 'only for these; without it, for everyone who has the conflict')
    .option('--json', 'print JSON')
    .action(from.conflicts('resolveConflicts'))
  rollout
    .command('hold <tenant>')
    .description('keep a tenant out of rollouts, also of those that are under way and have not reached it')
    .requiredOption('--reason <text>', 'why, for whoever sees it held')
    .option('--until <instant>', 'when it ends by itself, such as 2027-01-08T00:00:00Z', parseInstant)
    .option('--json', 'print JSON')
    .action(from.holds('holdTenant'))
  rollout
    .command('release <tenant>')
    .description('let a tenant take part in rollouts again')
    .option('--json', 'print JSON')
    .action(from.holds('releaseTenant'))

  rollout
    .command('plan')
    .description('what merging main into every branch would do; nothing is moved')
    .option('--from <revision>', 'the commit to roll out, such as a branch of a pull request (main)')
    .option('--label <key:value...>', 'only tenants that have all of these', collectLabels)
    .option('--plan <plan>', 'only tenants of this plan')
    .option('--tenant <id...>', 'only these')
    .option('--details', 'show every tenant with what would change')
    .option('--json', 'print one JSON object')
    .option('--ndjson', 'print one JSON object a tenant, as each is planned')
    .addHelpText(
      'after',
      `
  Exit codes:
    0  every branch can take it
    1  a branch that is valid would not be afterwards, or the commit itself is not valid
    2  the command line is wrong
    3  could not run: no repository, no such commit, no such branch
    4  nothing would break, but there are conflicts to be decided`,
    )
    .action(from.rolloutPlans('planRollout'))

  program
    .command('merge')
    .description('three-way merges of JSON and YAML by structure, of all else by lines, one a line on standard input')
    .requiredOption(
      '--ndjson',
      'read {"id","path","base","ours","theirs"}, write {"id","status","method","text","conflicts"}',
    )
    .action(from.merging('mergeLines'))

  program
    .command('merge-driver <base> <ours> <theirs> <path>')
    .summary('merge one file for Git, by structure')
    .description(MERGE_DRIVER_HELP)
    .option('--rules <revision>', 'keep to its config/merge.yaml; ours is a tenant, theirs is main')
    .action(from.merging('mergeForGit'))
}
