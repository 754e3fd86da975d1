/** What a command prints on standard output: a text for people, or the same as JSON for programs. */

/** @param text asked for only where it is printed */
export function print({ json }: { json?: boolean }, resource: object, text: () => string): void {
  process.stdout.write(json ? `${JSON.stringify(resource, null, 2)}\n` : text())
}
