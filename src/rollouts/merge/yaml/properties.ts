/**
 * Anchors, tags and aliases. They count as part of a value, by name: an alias is equal to an alias of that name.
 * Invariant: a text is read only if each name is defined once, before its first use.
 */
import { scalar, type TreeNode } from '../tree.ts'
import { type Reading, refuse, skipBlanks } from './reading.ts'

const PROPERTY = /[&!][^\s,[\]{}]*(?=\s|$)/y
const ALIAS = /\*([^\s,[\]{}]+)/y

/** The properties before a node, such as `&name !tag `, and where the node itself begins. */
export function readProperties(reading: Reading, at: number): { properties: string; end: number } {
  let properties = ''
  let end = at
  for (;;) {
    const first = reading.text[end]
    if (first !== '&' && first !== '!') return { properties, end }
    PROPERTY.lastIndex = end
    const property = PROPERTY.exec(reading.text)?.[0] ?? refuse()
    if (first === '&') {
      if (property.length === 1 || reading.anchors.has(property.slice(1))) refuse()
      reading.anchors.add(property.slice(1))
    }
    properties += `${property} `
    end = skipBlanks(reading.text, end + property.length)
  }
}

export function readAlias(reading: Reading, at: number, properties: string): TreeNode {
  ALIAS.lastIndex = at
  const alias = ALIAS.exec(reading.text) ?? refuse()
  if (properties !== '' || !reading.anchors.has(alias[1]!)) refuse()
  const { text } = reading
  const [token] = alias
  return scalar({ text, start: at, end: at + token.length, token, isString: false, properties: '', linked: true })
}
