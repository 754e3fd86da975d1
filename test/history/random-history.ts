/**
 * Small random histories of a trunk and a tenant's branch, written by git. Every key of every file lies beside it as a
 * file of its own, below `shadow/`: so git itself can be asked in which commit a key got its value.
 */
import fc from 'fast-check'
import type { TestRepository } from '../support/repository.ts'

export const KEYS = ['config/a.json /x', 'config/a.json /n/y', 'config/a.json /n/z', 'tools/b.json /x'] as const
type Key = (typeof KEYS)[number]

/** What a commit holds. */
type State = Readonly<Partial<Record<Key, number>>>
export type Made = { id: string; side: 'main' | 'tenant'; parents: readonly number[]; state: State }

export type Step =
  | { kind: 'set'; side: 'main' | 'tenant'; key: Key; value: number | undefined }
  /** A merge of main: of which side each key is taken; a number is what neither had. */
  | { kind: 'merge'; picks: readonly ('ours' | 'theirs' | number)[] }

const key = fc.constantFrom(...KEYS)
const value = fc.option(fc.nat({ max: 2 }), { nil: undefined })
const pick = fc.oneof(
  { weight: 4, arbitrary: fc.constant('ours' as const) },
  { weight: 4, arbitrary: fc.constant('theirs' as const) },
  { weight: 1, arbitrary: fc.nat({ max: 2 }) },
)

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('set' as const),
        side: fc.constantFrom('main' as const, 'tenant' as const),
        key,
        value,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('merge' as const),
        picks: fc.array(pick, { minLength: KEYS.length, maxLength: KEYS.length }),
      }),
    },
  ),
  { minLength: 3, maxLength: 16 },
)

/** Writes the history to the branches `trunk` and `branch`, and gives its commits, oldest first. */
export function writeHistory(
  { git }: Pick<TestRepository, 'git'>,
  { trunk, branch, steps: all }: { trunk: string; branch: string; steps: readonly Step[] },
): Made[] {
  const made: Made[] = [{ id: '', side: 'main', parents: [], state: { 'config/a.json /x': 0 } }]
  const heads = { main: 0, tenant: 0 }
  for (const step of all) {
    const side = step.kind === 'set' ? step.side : 'tenant'
    const parents = step.kind === 'set' ? [heads[side]] : [heads.tenant, heads.main]
    const state = step.kind === 'set' ? { ...made[heads[side]]!.state, [step.key]: step.value } : merged(step.picks)
    heads[side] = made.push({ id: '', side, parents, state }) - 1
  }
  function merged(picks: readonly ('ours' | 'theirs' | number)[]): State {
    const [ours, theirs] = [made[heads.tenant]!.state, made[heads.main]!.state]
    return Object.fromEntries(
      KEYS.map((name, i) => [name, picks[i] === 'ours' ? ours[name] : picks[i] === 'theirs' ? theirs[name] : picks[i]]),
    )
  }

  const refs = { main: `refs/heads/${trunk}`, tenant: `refs/heads/${branch}` }
  const stream = made.map(({ side, parents, state }, i) =>
    [
      `commit ${refs[side]}\nmark :${i + 1}\ncommitter A <a@x> ${1_700_000_000 + i} +0000\n${data(String(i))}`,
      ...parents.map((parent, n) => `${n === 0 ? 'from' : 'merge'} :${parent + 1}\n`),
      'deleteall\n',
      ...filesOf(state).map(([path, text]) => `M 100644 inline ${path}\n${data(text)}`),
    ].join(''),
  )
  const resets = `reset ${refs.main}\nfrom :${heads.main + 1}\n\nreset ${refs.tenant}\nfrom :${heads.tenant + 1}\n\n`
  git(['fast-import', '--quiet', '--force'], stream.join('') + resets)
  for (const line of git(['log', '--format=%s %H', trunk, branch]).split('\n')) {
    const [index, id = ''] = line.split(' ')
    made[Number(index)]!.id = id
  }
  return made
}

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`

export const shadowOf = (name: Key): string => `shadow/${name.replace(' ', '')}`

function filesOf(state: State): [string, string][] {
  const files = new Map<string, Record<string, unknown>>()
  const shadows: [string, string][] = []
  for (const name of KEYS) {
    const present = state[name]
    if (present === undefined) continue
    shadows.push([shadowOf(name), String(present)])
    const [path = '', pointer = ''] = name.split(' ')
    const file = files.get(path) ?? {}
    files.set(path, file)
    const [first = '', second] = pointer.slice(1).split('/')
    if (second === undefined) file[first] = present
    else file[first] = { ...(file[first] as object | undefined), [second]: present }
  }
  return [...[...files].map(([path, file]): [string, string] => [path, JSON.stringify(file)]), ...shadows]
}
