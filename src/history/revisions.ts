/**
 * What a tenant may call a commit: `head`, `main`, `base`, or an id, each with `~n` behind it.
 * Invariant: only commits that the tenant's branch or the trunk reaches are found. Whatever else there may be in the
 * repository, a neighbour's commit, a tree, a blob, is not told from what does not exist: neither by the answer nor by
 * the way to it, as an id is looked up in the list of what is reachable and never asked for by itself.
 */
import { AppError } from '../kernel/errors.ts'
import type { Oid } from '../kernel/ids.ts'
import type { HistoryRepository } from './repository.ts'

/** Where the tenant's branch and the trunk stood when the request came. */
export type Tips = { head: Oid; trunk: Oid }

export type Revisions = {
  /**
   * @param what the parameter that it came in, for messages
   * @throws AppError `parameter-invalid` where it is no way to name a commit; `revision-not-found`
   */
  resolve(tips: Tips, text: string, what: string): Promise<Oid>
}

/** What stands for a commit without being an id; `main` is the trunk, whatever its branch is called. */
type RevisionName = 'head' | 'main' | 'base'

const FORM = /^(?:(?<name>head|main|base)|(?<id>[0-9a-f]{4,40}))(?:~(?<steps>\d{1,5}))?$/
/** The same for JSON Schema. */
export const REVISION_PATTERN = FORM.source.replaceAll(/\?<\w+>/g, '?:')

export function createRevisions(
  repository: Pick<HistoryRepository, 'reachable' | 'ancestor' | 'mergeBases'>,
): Revisions {
  const named: Readonly<Record<RevisionName, (tips: Tips) => Oid | undefined | Promise<Oid | undefined>>> = {
    head: ({ head }) => head,
    main: ({ trunk }) => trunk,
    base: async ({ head, trunk }) => (await repository.mergeBases(head, trunk))[0],
  }

  /** An abbreviation has to be unambiguous among what the tenant can see; nothing else counts. */
  async function byId({ head, trunk }: Tips, id: string): Promise<Oid | undefined> {
    if (id === head || id === trunk) return id as Oid
    const reachable = await repository.reachable([head, trunk])
    if (id.length === 40) return reachable.has(id as Oid) ? (id as Oid) : undefined
    const fitting = [...reachable].filter((oid) => oid.startsWith(id))
    return fitting.length === 1 ? fitting[0] : undefined
  }

  return {
    async resolve(tips, text, what) {
      const { name, id, steps } = FORM.exec(text)?.groups ?? {}
      if (name === undefined && id === undefined) {
        throw new AppError('parameter-invalid', {
          detail: `${what} must be head, main, base, or an id of at least 4 hexadecimal digits, such as head~1.`,
        })
      }
      const start = id === undefined ? await named[name as RevisionName](tips) : await byId(tips, id)
      const found = start && steps ? await repository.ancestor(start, Number(steps)) : start
      if (found) return found
      throw new AppError('revision-not-found', {
        detail: `${what} names no commit of this tenant's history or of main, or more than one.`,
      })
    },
  }
}
