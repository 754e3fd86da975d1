/** JSON values as types, and the pointers into them (RFC 6901). Pure. */

export type JsonPrimitive = string | number | boolean | null
export type Json = JsonPrimitive | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Escapes one reference token: `~` becomes `~0`, `/` becomes `~1` (RFC 6901, section 3). */
const escapeToken = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1')

/** The pointer to the member or item `token` below `pointer`. */
export const childPointer = (pointer: string, token: string | number): string =>
  `${pointer}/${typeof token === 'number' ? token : escapeToken(token)}`

/** The reference tokens of `pointer`, unescaped; `''` is the whole document. */
export const pointerTokens = (pointer: string): string[] =>
  pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))

/** The value at `tokens` below `value`, or undefined where there is none. Only own members are followed. */
export function valueAt(value: unknown, tokens: readonly string[]): unknown {
  let at = value
  for (const token of tokens) {
    if (Array.isArray(at)) at = /^(?:0|[1-9]\d*)$/.test(token) ? at[Number(token)] : undefined
    else if (isJsonObject(at) && Object.hasOwn(at, token)) at = at[token]
    else return undefined
  }
  return at
}
