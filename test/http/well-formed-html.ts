/** A strict reader of the pages that this server makes: every tag known and closed, every character escaped. */

const VOID = new Set(['meta', 'br'])
const KNOWN = new Set(
  'html head meta title style body nav main section h1 h2 h3 h4 p a ul li code pre span strong small table tr td details summary br'.split(
    ' ',
  ),
)
const TOKEN =
  /<!doctype html>|<(?<close>\/?)(?<name>[a-z][a-z0-9]*)(?<attributes>(?: [a-z-]+="[^"<>]*")*)>|(?<text>[^<]+)|(?<stray><)/g
const BARE_AMPERSAND = /&(?!(?:amp|lt|gt|quot);)/

export type Page = { ids: string[]; links: string[]; text: string }

/** @throws Error that names the first thing that is not as it should be */
export function readPage(html: string): Page {
  const open: string[] = []
  const page: Page = { ids: [], links: [], text: '' }
  for (const { 0: token, index, groups = {} } of html.matchAll(TOKEN)) {
    const { close, name = '', attributes = '', text, stray } = groups
    const where = `at ${index}: ${html.slice(index, index + 60)}`
    if (stray) throw new Error(`A "<" that begins no tag, ${where}`)
    if (text !== undefined) {
      const isStyle = open.at(-1) === 'style'
      if (!isStyle && (BARE_AMPERSAND.test(text) || text.includes('>')))
        throw new Error(`Text that is not escaped, ${where}`)
      if (!isStyle) page.text += decoded(text)
    } else if (close) {
      const last = open.pop()
      if (last !== name) throw new Error(`</${name}> where ${last} is open, ${where}`)
    } else if (name !== '') {
      if (!KNOWN.has(name)) throw new Error(`A tag <${name}>, ${where}`)
      if (BARE_AMPERSAND.test(attributes)) throw new Error(`An attribute that is not escaped, ${where}`)
      if (!VOID.has(name)) open.push(name)
      for (const [, attribute, value = ''] of attributes.matchAll(/ ([a-z-]+)="([^"]*)"/g)) {
        if (attribute === 'id') page.ids.push(decoded(value))
        if (attribute === 'href') page.links.push(decoded(value))
      }
    } else if (token !== '<!doctype html>') throw new Error(`Unreadable, ${where}`)
  }
  if (open.length > 0) throw new Error(`${open.join(', ')} is not closed`)
  return page
}

const decoded = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
