/** A command line that commander takes and the command cannot: options that exclude each other, or one that is missing. */

/** `espalier` says the message and exits with 2. The message says what to write instead. */
export class WrongUsage extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'WrongUsage'
  }
}
