/**
 * Random histories of two branches that parted: files edited, moved, deleted, made executable, made into links, folders
 * or submodules, whole folders moved, and branches that were merged into each other crosswise. The same seed gives the same.
 */

export type Random = { below(limit: number): number; pick<T>(of: readonly T[]): T; chance(percent: number): boolean }

/** Mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return { below, pick: (of) => of[below(of.length)]!, chance: (percent) => below(100) < percent }
}

type Entry = { mode: string; content: string }
type Tree = ReadonlyMap<string, Entry>

/** Commits in the language of git-fast-import(1); branches `customer/<id>` and `trunks/<id>`. */
export function* randomHistory(id: string, random: Random): Iterable<string> {
  const base = startTree(random)
  const [customer, trunk] = [`refs/heads/customer/${id}`, `refs/heads/trunks/${id}`]
  yield commit(`refs/heads/bases/${id}`, base, [])
  const ours = changed(base, random)
  const theirs = changed(base, random)
  yield commit(customer, ours, [`refs/heads/bases/${id}`])
  yield commit(trunk, theirs, [`refs/heads/bases/${id}`])
  if (!random.chance(20)) return
  // Each takes the other's first commit, and keeps a mixture of both trees: two bases that know nothing of each other.
  yield commit(`refs/heads/firsts/${id}`, ours, [`refs/heads/bases/${id}`])
  const mixed = mixture(ours, theirs, random)
  yield commit(customer, changed(mixed, random), [customer, trunk])
  yield commit(trunk, changed(mixed, random), [trunk, `refs/heads/firsts/${id}`])
}

function commit(ref: string, tree: Tree, [first, ...others]: readonly string[]): string {
  // A branch goes on from where it is without being told to.
  const from = first === undefined || first === ref ? '' : `from ${first}\n`
  const merges = others.map((other) => `merge ${other}\n`).join('')
  const files = [...tree].map(([path, { mode, content }]) =>
    mode === '160000' ? `M 160000 ${content} ${path}\n` : `M ${mode} inline ${path}\n${data(content)}`,
  )
  const head = `commit ${ref}\ncommitter Ada <ada@example.com> 1750000000 +0000\n${data('change')}${from}${merges}deleteall\n`
  return head + files.join('')
}

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`

const FOLDERS = ['', 'docs/', 'docs/deep/', 'tools/', 'workflows/', 'config/', 'src/'] as const
const NAMES = ['a.txt', 'b.txt', 'c.json', 'd.yaml', 'e', 'f.txt'] as const

function startTree(random: Random): Tree {
  const tree = new Map<string, Entry>()
  const count = 4 + random.below(12)
  for (let i = 0; i < count; i += 1) put(tree, `${random.pick(FOLDERS)}${random.pick(NAMES)}`, newFile(random))
  return tree
}

/** Text of some twenty lines, JSON or YAML by the numbers in it, so that files are alike now and then. */
function newFile(random: Random): Entry {
  const kind = random.below(6)
  return { mode: '100644', content: Array.from({ length: 6 + random.below(14) }, () => line(random, kind)).join('') }
}

const line = (random: Random, kind = random.below(6)): string => `k${kind}_${random.below(40)}: ${random.below(9)}\n`

/** A file where a folder was replaces it, and the other way round. */
function put(tree: Map<string, Entry>, path: string, entry: Entry): void {
  for (const other of [...tree.keys()]) {
    if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) tree.delete(other)
  }
  tree.set(path, entry)
}

type Edit = (tree: Map<string, Entry>, random: Random) => void

const aPath = (tree: Map<string, Entry>, random: Random): string | undefined =>
  tree.size === 0 ? undefined : random.pick([...tree.keys()])

const edits: readonly Edit[] = [
  editText,
  editText,
  editText,
  (tree, random) => put(tree, `${random.pick(FOLDERS)}${random.pick(NAMES)}`, newFile(random)),
  (tree, random) => put(tree, `${random.pick(FOLDERS)}new-${random.below(4)}.txt`, newFile(random)),
  (tree, random) => void tree.delete(aPath(tree, random) ?? ''),
  (tree, random) => move(tree, aPath(tree, random), `${random.pick(FOLDERS)}moved-${random.below(3)}.txt`),
  (tree, random) => move(tree, aPath(tree, random), `${random.pick(FOLDERS)}${random.pick(NAMES)}`),
  moveFolder,
  (tree, random) => setMode(tree, aPath(tree, random), (mode) => (mode === '100755' ? '100644' : '100755')),
  (tree, random) => put(tree, aPath(tree, random) ?? 'link', { mode: '120000', content: `to-${random.below(3)}` }),
  (tree, random) =>
    put(tree, `module-${random.below(2)}`, { mode: '160000', content: `${1 + random.below(3)}`.repeat(40) }),
  (tree, random) => put(tree, random.pick(['docs', 'src', 'e', 'docs/deep']), newFile(random)),
  (tree, random) => put(tree, `${aPath(tree, random) ?? 'x'}/inner.txt`, newFile(random)),
]

function changed(from: Tree, random: Random): Tree {
  const tree = new Map(from)
  for (let count = 1 + random.below(5); count > 0; count -= 1) random.pick(edits)(tree, random)
  if (tree.size === 0) tree.set('left.txt', newFile(random))
  return tree
}

function editText(tree: Map<string, Entry>, random: Random): void {
  const path = aPath(tree, random)
  const entry = path === undefined ? undefined : tree.get(path)
  if (path === undefined || !entry?.mode.startsWith('100')) return
  const lines = entry.content.split(/(?<=\n)/)
  const at = random.below(lines.length)
  lines.splice(at, random.below(2), ...(random.chance(70) ? [line(random)] : []))
  tree.set(path, { ...entry, content: lines.join('') })
}

function move(tree: Map<string, Entry>, from: string | undefined, to: string): void {
  const entry = from === undefined ? undefined : tree.get(from)
  if (from === undefined || !entry) return
  tree.delete(from)
  put(tree, to, entry)
}

function moveFolder(tree: Map<string, Entry>, random: Random): void {
  const [from, to] = [
    random.pick(['docs/', 'src/', 'docs/deep/', 'tools/']),
    random.pick(['docs/', 'lib/', 'src/sub/']),
  ]
  if (to.startsWith(from)) return
  for (const path of [...tree.keys()]) if (path.startsWith(from)) move(tree, path, to + path.slice(from.length))
}

function setMode(tree: Map<string, Entry>, path: string | undefined, change: (mode: string) => string): void {
  const entry = path === undefined ? undefined : tree.get(path)
  if (path !== undefined && entry?.mode.startsWith('100')) tree.set(path, { ...entry, mode: change(entry.mode) })
}

/** Each path as one of the two has it. */
function mixture(one: Tree, other: Tree, random: Random): Tree {
  const tree = new Map<string, Entry>()
  for (const path of new Set([...one.keys(), ...other.keys()])) {
    const entry = random.chance(50) ? (one.get(path) ?? other.get(path)) : (other.get(path) ?? one.get(path))
    if (entry) put(tree, path, entry)
  }
  return tree
}
