/**
 * Going on with a value that is here now or comes later. A run that never has to wait stays synchronous, which keeps
 * the hot path free of microtasks.
 */

/** `next` of `value`: now where the value is here, else when it comes. */
export const afterwards = <T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> =>
  value instanceof Promise ? value.then(next) : next(value)

/** Takes `step` with each item, each after the one before is done; then gives what `finish` gives. */
export function inOrder<T, R>(
  items: readonly T[],
  step: (item: T) => void | Promise<void>,
  finish: () => R,
): R | Promise<R> {
  for (let i = 0; i < items.length; i++) {
    const late = step(items[i]!)
    if (late) return late.then(() => inOrder(items.slice(i + 1), step, finish))
  }
  return finish()
}
