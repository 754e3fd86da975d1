/**
 * The folders of a tenant's tree that mean something, and what a file in each may be.
 * Other files at the top (a README, a licence) are the tenant's own and are left alone.
 */

export type FileKind = 'tool' | 'workflow' | 'config' | 'policy' | 'merge-rules'

const FOLDER_KINDS = { tools: 'tool', workflows: 'workflow', config: 'config' } as const satisfies Record<
  string,
  FileKind
>

export type Folder = keyof typeof FOLDER_KINDS

export const FOLDERS = Object.keys(FOLDER_KINDS) as readonly Folder[]

export const isFolder = (name: string): name is Folder => Object.hasOwn(FOLDER_KINDS, name)

const EXTENSIONS: readonly string[] = ['.json', '.yaml', '.yml']

/** Files that people keep in any folder and that hold no configuration: dot files and Markdown. */
export const isIgnored = (name: string): boolean => name.startsWith('.') || name.toLowerCase().endsWith('.md')

/** The name without its extension, or undefined where the extension is none that is read here. */
export function stemOf(name: string): string | undefined {
  const extension = EXTENSIONS.find((ending) => name.endsWith(ending) && name.length > ending.length)
  return extension && name.slice(0, -extension.length)
}

/** How much one tree may hold; a tenant's own files are counted with what it inherits. */
export const TREE_LIMITS = { filesPerFolder: 2_000 } as const

/** Files of `config/` that the product itself reads, and so checks. */
const KNOWN_CONFIG: Readonly<Record<string, FileKind>> = { policy: 'policy', merge: 'merge-rules' }

/** What the file `stem` of a folder has to be. */
export function kindOf(folder: Folder, stem: string): FileKind {
  const known = folder === 'config' && Object.hasOwn(KNOWN_CONFIG, stem) ? KNOWN_CONFIG[stem] : undefined
  return known ?? FOLDER_KINDS[folder]
}
