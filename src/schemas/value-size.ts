/** Whether a value is within a depth and a number of parts, without recursion and without looking further than that. */

export type ValueLimits = {
  /** Nesting of maps and lists. */
  maxDepth: number
  /** Values of any kind, the maps and lists among them. */
  maxNodes: number
}

/** Whether a value keeps within the limits. Without recursion, and stops at the first that is passed. */
export function measure(value: unknown, { maxDepth, maxNodes }: ValueLimits): 'fits' | 'too-large' {
  const stack = [{ value, depth: 0 }]
  let nodes = 0
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    nodes += 1
    if (nodes + stack.length > maxNodes) return 'too-large'
    if (typeof top.value !== 'object' || top.value === null) continue
    const depth = top.depth + 1
    if (depth > maxDepth) return 'too-large'
    for (const child of Object.values(top.value)) stack.push({ value: child, depth })
  }
  return 'fits'
}
