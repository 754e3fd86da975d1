/** How a file is written, as far as new text has to follow it: read off what is there, with the usual where nothing is. */
import type { Entry, Tree, TreeNode } from '../rollouts/merge/tree.ts'

export type Style = {
  /** One step of indentation. */
  unit: string
  /** YAML: the indentation of a list below its key. */
  listIndent: string
  /** Between key and value, in flow style. */
  colon: string
  /** Between two members on one line, in flow style. */
  comma: string
  /** Inside the braces of a map on one line. */
  padding: string
  /** Most quoted scalars are in single quotes. */
  singleQuotes: boolean
  /** The whole file is one line. */
  oneLine: boolean
  /** Some list is written on one line. */
  shortLists: boolean
}

type Seen = Partial<Omit<Style, 'singleQuotes' | 'oneLine' | 'shortLists'>> & { shortLists: boolean; quotes: number }

/** @param usual what the format does where the file does not say */
export function styleOf({ text, root }: Tree, usual: Pick<Style, 'padding'>): Style {
  const seen: Seen = { shortLists: false, quotes: 0 }
  const pending: TreeNode[] = [root]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.style === 'block') lookAtBlock(node, seen)
    else lookAtFlow(node, seen)
    for (let i = node.entries.length - 1; i >= 0; i--) pending.push(node.entries[i]!.node)
  }
  const unit = seen.unit ?? '  '
  const colon = seen.colon ?? ': '
  return {
    unit,
    listIndent: seen.listIndent ?? unit,
    colon,
    comma: seen.comma ?? (colon === ':' ? ',' : ', '),
    padding: seen.padding ?? (colon === ':' ? '' : usual.padding),
    singleQuotes: seen.quotes > 0,
    oneLine: root.style === 'flow' && root.entries.length > 0 && !text.trim().includes('\n'),
    shortLists: seen.shortLists,
  }
}

function lookAtBlock({ kind, column, entries }: TreeNode, seen: Seen): void {
  if (kind !== 'map') return
  for (const { node } of entries) {
    if (node.style !== 'block' || node.compact) continue
    const deeper = ' '.repeat(node.column - column)
    if (node.kind === 'map') seen.unit ??= deeper
    else seen.listIndent ??= deeper
  }
}

function lookAtFlow({ kind, text, start, end, entries }: TreeNode, seen: Seen): void {
  const [first, second] = entries
  if (first === undefined) {
    if (text[start] === "'" || text[start] === '"') seen.quotes += text[start] === "'" ? 1 : -1
    return
  }
  const indent = indentBefore(first)
  if (indent !== undefined) {
    const line = text.lastIndexOf('\n', start) + 1
    const outer = /^[ \t]*/.exec(text.slice(line, start))?.[0] ?? ''
    if (indent.length > outer.length && indent.startsWith(outer)) seen.unit ??= indent.slice(outer.length)
  } else if (!text.slice(start, end).includes('\n')) {
    if (kind === 'array') seen.shortLists = true
    else seen.padding ??= text.slice(first.from, first.start)
    if (second !== undefined) seen.comma ??= `,${text.slice(second.from, second.start)}`
  }
  if (kind === 'map') {
    const colon = /:[ \t]*$/.exec(text.slice(first.start, first.valueStart))?.[0]
    if (colon !== undefined && first.valueEnd > first.valueStart) seen.colon ??= colon
  }
}

/** The blank space that begins the line of an entry, where that line holds nothing before it. */
export function indentBefore({ text, from, start }: Entry): string | undefined {
  const lead = text.slice(from, start)
  const feed = lead.lastIndexOf('\n')
  return feed < 0 ? undefined : (/^[ \t]*/.exec(lead.slice(feed + 1))?.[0] ?? '')
}
