/** Patterns of file paths, matched in time linear in the path whatever the pattern. Pure. */

/** `*` stands for any part of one name; a `/` at the end for all files below the folder. */
export function pathMatcher(pattern: string): (path: string) => boolean {
  const isFolder = pattern.endsWith('/')
  const names = (isFolder ? pattern.slice(0, -1) : pattern).split('/').map(nameMatcher)
  return (path) => {
    const parts = path.split('/')
    const fits = isFolder ? parts.length > names.length : parts.length === names.length
    return fits && names.every((matches, i) => matches(parts[i]!))
  }
}

/** Whether the pattern may fit a path below a folder, which is `''` for the root and else ends in a slash. */
export function folderMatcher(pattern: string): (folder: string) => boolean {
  const isFolder = pattern.endsWith('/')
  const names = (isFolder ? pattern.slice(0, -1) : pattern).split('/').map(nameMatcher)
  return (folder) => {
    const parts = folder.split('/').slice(0, -1)
    if (parts.length >= names.length && !isFolder) return false
    return parts.every((part, i) => names[i]?.(part) ?? true)
  }
}

function nameMatcher(pattern: string): (name: string) => boolean {
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop()
  if (last === undefined) return (name) => name === pattern
  return (name) => {
    if (!name.startsWith(first)) return false
    let at = first.length
    for (const piece of others) {
      const found = name.indexOf(piece, at)
      if (found < 0) return false
      at = found + piece.length
    }
    return name.length - last.length >= at && name.endsWith(last)
  }
}
