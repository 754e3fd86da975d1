/** Work of which only a few pieces are under way at a time; the others wait in the order in which they came. */

export type FewAtOnce = <T>(work: () => Promise<T>) => Promise<T>

export function fewAtOnce(most: number): FewAtOnce {
  const waiting: (() => void)[] = []
  let underWay = 0

  return async (work) => {
    if (underWay < most) underWay += 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      // Whoever waits takes the place over, so that the count stands still.
      const next = waiting.shift()
      if (next) next()
      else underWay -= 1
    }
  }
}
