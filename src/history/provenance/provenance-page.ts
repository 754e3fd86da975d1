/** Provenance a page at a time: which files and leaves are asked for, and the commits that are named. */
import { AppError } from '../../kernel/errors.ts'
import type { Commit } from '../commit.ts'
import type { HistoryRepository } from '../repository.ts'
import type { Revisions, Tips } from '../revisions.ts'
import type { FileProvenance, Provenance } from './provenance.ts'

export type ProvenanceRequest = {
  tips: Tips
  /** Only this file, or those of this folder. */
  path: string | undefined
  /** Only the file of `config/` that gives this key. */
  stem: string | undefined
  /** Only the leaf at this pointer, and those below it. */
  pointer: string | undefined
  pageSize: number
  pageToken: string | undefined
}

export type ProvenancePage = Pick<Provenance, 'head' | 'base'> & {
  files: readonly (FileProvenance & { leavesOmitted: number })[]
  /** All that are named, each once. */
  commits: readonly Commit[]
  nextPageToken: string | undefined
}

export type ProvenancePages = {
  /** @throws AppError `parameter-invalid` */
  provenance(request: ProvenanceRequest): Promise<ProvenancePage>
}

/** Leaves that are told of one file, and of one page: a file that comes after that begins the next one. */
const LIMITS = { leavesPerFile: 1_000, leavesPerPage: 5_000 } as const

const TOKEN = /^([0-9a-f]{40})\.([0-9a-f]{40})\.(\d{1,9})$/

export function createProvenancePages({
  repository,
  revisions,
  provenanceOf,
}: {
  repository: Pick<HistoryRepository, 'commits'>
  revisions: Revisions
  provenanceOf: (tips: Tips) => Promise<Provenance>
}): ProvenancePages {
  /** Later pages are of the commits that the first one was of. */
  async function placeOf({ tips, pageToken }: ProvenanceRequest): Promise<{ tips: Tips; skip: number }> {
    if (pageToken === undefined) return { tips, skip: 0 }
    const [, head = '', trunk = '', skip] = TOKEN.exec(pageToken) ?? []
    if (skip === undefined) {
      throw new AppError('parameter-invalid', {
        detail: 'pageToken must be what an earlier page of this list gave as nextPageToken.',
      })
    }
    const anchored = {
      head: await revisions.resolve(tips, head, 'pageToken'),
      trunk: await revisions.resolve(tips, trunk, 'pageToken'),
    }
    return { tips: anchored, skip: Number(skip) }
  }

  return {
    async provenance(request) {
      const { tips, skip } = await placeOf(request)
      const { head, base, files: all } = await provenanceOf(tips)
      const wanted = all.filter((file) => isWanted(file, request))
      const files: (FileProvenance & { leavesOmitted: number })[] = []
      let told = 0
      for (const file of wanted.slice(skip, skip + request.pageSize)) {
        const bounded = boundedFile(file, request.pointer)
        told += bounded.leaves?.length ?? 0
        files.push(bounded)
        if (told > LIMITS.leavesPerPage) break
      }
      const named = files.flatMap(({ commit, leaves = [] }) => [commit, ...leaves.map((leaf) => leaf.commit)])
      const next = skip + files.length
      return {
        head,
        base,
        files,
        commits: await repository.commits([...new Set(named)].filter((id) => id !== null)),
        nextPageToken: next < wanted.length ? `${tips.head}.${tips.trunk}.${next}` : undefined,
      }
    },
  }
}

function isWanted({ path }: FileProvenance, { path: wanted, stem }: ProvenanceRequest): boolean {
  if (wanted !== undefined && path !== wanted && !path.startsWith(`${wanted}/`)) return false
  return stem === undefined || (path.startsWith(`config/${stem}.`) && !path.includes('.', `config/${stem}.`.length))
}

function boundedFile(file: FileProvenance, pointer: string | undefined): FileProvenance & { leavesOmitted: number } {
  const { leaves } = file
  if (!leaves) return { ...file, leavesOmitted: 0 }
  const wanted = pointer === undefined ? leaves : leaves.filter((leaf) => isAtOrBelow(leaf.pointer, pointer))
  const told = wanted.slice(0, LIMITS.leavesPerFile)
  return { ...file, leaves: told, leavesOmitted: wanted.length - told.length }
}

const isAtOrBelow = (pointer: string, wanted: string): boolean => pointer === wanted || pointer.startsWith(`${wanted}/`)
