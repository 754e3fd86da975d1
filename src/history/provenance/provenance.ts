/**
 * For every file of a tenant's tools, workflows and configuration, and for every leaf in it: whether it is `main`'s or
 * the tenant's own, and the commit in which it got its present value.
 *
 * A value is `main`'s where the merge base with `main` has the same one: nothing that the branch did to it is left. Its
 * commit is then looked for in the history of the base; that of the tenant's own values among the commits that `main`
 * does not have. Invariant: what is found for a base is a matter of `main` alone, so tenants with one base share it.
 */
import { LRUCache } from 'lru-cache'
import type { Oid } from '../../kernel/ids.ts'
import { isFolder } from '../../snapshots/file-kinds.ts'
import type { Side } from '../history.ts'
import type { HistoryRepository } from '../repository.ts'
import type { Tips } from '../revisions.ts'
import type { Leaves } from './leaves.ts'
import { findOrigins, type Origin, type OriginReader, type Origins, versionKey, type Wanted } from './origins.ts'

export type Source = { from: Side; commit: Origin }

export type FileProvenance = Source & {
  path: string
  /** Undefined where the file is no JSON or YAML, or has no form that can be read. */
  leaves: readonly (Source & { pointer: string })[] | undefined
}

export type Provenance = {
  head: Oid
  /** Where the branch and main last met; null where they share nothing. */
  base: Oid | null
  files: readonly FileProvenance[]
}

/** How many commits of each side are looked at. */
const PROVENANCE_DEPTH = 10_000
/** Answers that are remembered, of heads and of bases. */
const REMEMBERED = 32

export function createProvenance({
  repository,
  leaves,
}: {
  repository: HistoryRepository
  leaves: OriginReader['leaves']
}): (tips: Tips) => Promise<Provenance> {
  const answers = new LRUCache<string, Promise<Provenance>>({ max: REMEMBERED })
  const ofBases = new LRUCache<Oid, Promise<Origins>>({ max: REMEMBERED })

  /** Who asks for the same meanwhile waits for the same; what failed is tried again. */
  function once<K extends string, V>(cache: LRUCache<K, Promise<V>>, key: K, work: () => Promise<V>): Promise<V> {
    const known = cache.get(key)
    if (known) return known
    const started = work()
    cache.set(key, started)
    started.catch(() => cache.delete(key))
    return started
  }

  async function filesOf(commit: Oid | null): Promise<Files> {
    if (commit === null) return new Map()
    const [found] = await repository.commits([commit])
    const [changes = []] = await repository.changes([{ from: null, to: found?.tree ?? null }], { renames: false })
    const versions = changes.flatMap(({ path, to }) => (to && isServed(path) ? [{ path, blob: to.blob }] : []))
    const read = await leaves(versions)
    return new Map(
      versions.map((version) => [version.path, { blob: version.blob, leaves: read.get(versionKey(version)) }]),
    )
  }

  const originsOf = (start: Oid, wanted: Wanted, except: Oid | undefined): Promise<Origins> =>
    findOrigins({ repository, leaves }, { start, wanted, except, maxCommits: PROVENANCE_DEPTH })

  async function read({ head, trunk }: Tips): Promise<Provenance> {
    // Of histories that crossed there may be several; the first is the one that git shows.
    const base = (await repository.mergeBases(head, trunk))[0] ?? null
    const [files, before] = await Promise.all([filesOf(head), filesOf(base)])
    const own = ownOf(files, before)
    const [tenants, mains] = await Promise.all([
      own.size === 0 ? new Map() : originsOf(head, own, trunk),
      base === null ? new Map() : once(ofBases, base, () => originsOf(base, leavesIn(before), undefined)),
    ])
    const sourceOf = (path: string, isOwn: boolean, pick: (origins: Found) => Origin | undefined): Source => {
      const found: Found | undefined = (isOwn ? tenants : mains).get(path)
      return { from: isOwn ? 'tenant' : 'main', commit: (found && pick(found)) ?? null }
    }
    return {
      head,
      base,
      files: [...files].map(([path, { blob, leaves: present }]) => ({
        path,
        ...sourceOf(path, before.get(path)?.blob !== blob, ({ file }) => file),
        leaves:
          present &&
          [...present.keys()].map((pointer) => ({
            pointer,
            ...sourceOf(path, own.get(path)?.has(pointer) === true, (found) => found.leaves.get(pointer)),
          })),
      })),
    }
  }

  return (tips) => once(answers, `${tips.head} ${tips.trunk}`, () => read(tips))
}

type Found = { file: Origin; leaves: ReadonlyMap<string, Origin> }
type Files = ReadonlyMap<string, { blob: Oid; leaves: Leaves | undefined }>

const isServed = (path: string): boolean => path.includes('/') && isFolder(path.split('/', 1)[0] ?? '')

/** What the tenant has otherwise than the base: files, and of each the leaves that are not the base's. */
function ownOf(files: Files, before: Files): Wanted {
  const own = new Map<string, Leaves>()
  for (const [path, { blob, leaves }] of files) {
    const base = before.get(path)
    if (base?.blob === blob) continue
    own.set(path, new Map([...(leaves ?? [])].filter(([pointer, text]) => base?.leaves?.get(pointer) !== text)))
  }
  return own
}

const leavesIn = (files: Files): Wanted => new Map([...files].map(([path, { leaves }]) => [path, leaves ?? new Map()]))
