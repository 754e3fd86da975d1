/** Commands that are loaded when they run. */

/**
 * A command is loaded when it is run: Git starts the merge driver once for each file, and it should not load a server.
 */
export function lazily<M>(load: () => Promise<M>) {
  return (name: keyof M) =>
    async (...args: unknown[]): Promise<void> => {
      const command = (await load())[name] as (...args: unknown[]) => unknown
      await command(...args)
    }
}
