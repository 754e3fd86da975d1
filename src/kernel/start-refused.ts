/** Why the program will not start, or a command will not run: for the operator, in a sentence that says what to do. */
export class StartRefused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StartRefused'
  }
}
