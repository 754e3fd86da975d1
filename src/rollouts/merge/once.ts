/** What takes work and may not be asked for: done when it is, and once. */
export function once<T>(work: () => T): () => T {
  let known: { value: T } | undefined
  return () => {
    known ??= { value: work() }
    return known.value
  }
}
