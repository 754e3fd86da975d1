/** Where a repository keeps its parts, and which kinds of repository are refused at start rather than misread later. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { StartRefused } from '../../kernel/start-refused.ts'

export type RepositoryLayout =
  | { kind: 'work-tree'; gitDir: string; top: string }
  | { kind: 'bare'; gitDir: string; top: string }

/** What a new folder may hold without being somebody's files. */
const PLACEHOLDERS: ReadonlySet<string> = new Set(['.gitkeep', '.DS_Store'])

/** The repository at `path`; undefined where the folder is empty or absent, so that one can be made there. */
export function findRepository(path: string): RepositoryLayout | undefined {
  const dotGit = join(path, '.git')
  if (existsSync(dotGit)) {
    if (!statSync(dotGit).isDirectory()) {
      throw new StartRefused(`${dotGit} is a file: ${path} is a linked work tree or a submodule. Use the main one.`)
    }
    return supported({ kind: 'work-tree', gitDir: dotGit, top: path })
  }
  if (existsSync(join(path, 'HEAD')) && existsSync(join(path, 'objects'))) {
    return supported({ kind: 'bare', gitDir: path, top: path })
  }
  const files = existsSync(path) ? readdirSync(path).filter((name) => !isLeftover(name)) : []
  if (files.length > 0) {
    throw new StartRefused(
      `${path} is not a Git repository, and not empty (it has ${files[0]}). Point REPOS_DIR at a repository or an empty folder.`,
    )
  }
  return undefined
}

export const CREATING_PREFIX = '.git.creating-'

const isLeftover = (name: string): boolean => PLACEHOLDERS.has(name) || name.startsWith(CREATING_PREFIX)

/** What makes a repository one that cannot be read here, by its configuration, and what to do about it. */
const REFUSED: readonly { setting: RegExp; refusal: string }[] = [
  {
    setting: /^\s*objectformat\s*=\s*"?sha256\b/im,
    refusal: 'uses SHA-256 object ids, which cannot be read here. Use a SHA-1 repository.',
  },
  {
    setting: /^\s*refstorage\s*=\s*"?reftable\b/im,
    refusal:
      'keeps its refs as a reftable, which cannot be read here. `git refs migrate --ref-format=files` changes that.',
  },
  {
    // Reading a missing object of one would fetch it from its remote, on somebody's request.
    setting: /^\s*(?:partialclone\s*=|promisor\s*=\s*"?true\b)/im,
    refusal:
      'is a partial clone: some of its objects are elsewhere. `git fetch --refetch --no-filter` brings them; then unset extensions.partialClone and remote.<name>.promisor.',
  },
]

function supported(layout: RepositoryLayout): RepositoryLayout {
  const config = readFileSync(join(layout.gitDir, 'config'), 'utf8')
  const refused = REFUSED.find(({ setting }) => setting.test(config))
  if (refused) throw new StartRefused(`${layout.top} ${refused.refusal}`)
  return layout
}
