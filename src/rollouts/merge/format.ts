/**
 * What a text is apart from its content: byte order mark, line ends, the end of its last line. Merged on their own, so
 * that the merge of the content need not think of them.
 */

export type Format = { mark: string; eol: '\n' | '\r\n'; endsLine: boolean }

/** The content with LF alone and its last line ended; undefined where line ends are mixed. */
export function takeFormat(text: string): { content: string; format: Format } | undefined {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : ''
  const body = text.slice(mark.length)
  const crlf = body.includes('\r')
  const content = crlf ? body.replaceAll('\r\n', '\n') : body
  if (crlf && (content.includes('\r') || /(?:^|[^\r])\n/.test(body))) return undefined
  const endsLine = content.endsWith('\n')
  return { content: endsLine ? content : `${content}\n`, format: { mark, eol: crlf ? '\r\n' : '\n', endsLine } }
}

export function giveFormat(content: string, { mark, eol, endsLine }: Format): string {
  const body = endsLine ? content : content.replace(/\n$/, '')
  return mark + (eol === '\n' ? body : body.replaceAll('\n', eol))
}

/** Each property as the side that changed it has it. */
export function mergeFormat(base: Format, ours: Format, theirs: Format): Format {
  const changed = <K extends keyof Format>(key: K): Format[K] => (ours[key] === base[key] ? theirs[key] : ours[key])
  return { mark: changed('mark'), eol: changed('eol'), endsLine: changed('endsLine') }
}
