/** Questions to whoever sits at the terminal. They go to standard error: standard output is for data. */
import { createInterface } from 'node:readline/promises'

export const isAtTerminal = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true

/** The answer without blanks around; undefined where the input has ended. */
export async function askPerson(question: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await new Promise((resolve) => {
      const ended = (): void => {
        process.stderr.write('\n')
        resolve(undefined)
      }
      lines.once('close', ended)
      lines.question(question).then((answer) => {
        lines.off('close', ended)
        resolve(answer.trim())
      }, ended)
    })
  } finally {
    lines.close()
  }
}
