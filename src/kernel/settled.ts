/** Values that may be there already: what does not wait costs no promise, and is answered in the turn in which it was asked. */

/** Goes on with a value at once where it is there. */
export const settled = <T, Next>(
  value: T | Promise<T>,
  next: (value: T) => Next | Promise<Next>,
): Next | Promise<Next> => (value instanceof Promise ? value.then(next) : next(value))
