/** Empty folders, which git leaves where branches were deleted: they are in the way of a branch with the folder's name. */
import { readdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'

/** Removes the folder at `path` if there are only empty folders in it. @returns whether nothing is left */
export function removeEmptyFolders(path: string): boolean {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (!entry.isDirectory() || !removeEmptyFolders(join(path, entry.name))) return false
    }
    rmdirSync(path)
    return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    // Gone, or no folder: nothing is in the way. Filled at this moment: something is.
    return error.code === 'ENOENT' || error.code === 'ENOTDIR'
  }
}
