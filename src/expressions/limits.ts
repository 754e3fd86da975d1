/**
 * What one expression may cost. An expression runs on the server's own thread only while nodes x size is small enough
 * to take some 20 ms at worst; all else runs in a process that can be killed.
 */
export const EXPRESSION_LIMITS = {
  /** Length of the text in characters. */
  maxSourceLength: 4096,
  /** Parts of the parsed expression: operators, names, literals, calls. */
  maxNodes: 512,
  /** Nesting of calls, members, lists and maps. */
  maxDepth: 64,
  /** Size of the variables up to which an expression whose cost is bounded runs inline; the unit is in size.ts. */
  maxInlineSize: 8_192,
  /** Size of a result; the unit is in size.ts. */
  maxResultSize: 262_144,
  /** Nesting of a result. */
  maxResultDepth: 64,
} as const
