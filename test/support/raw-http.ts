/** HTTP byte by byte over a socket, for requests that no client would send. */
import { connect, type Socket } from 'node:net'

export type RawConnection = {
  socket: Socket
  write(text: string | Uint8Array): void
  /** All that has come, once it satisfies `isEnough` or the other side has closed. */
  read(isEnough: (text: string) => boolean): Promise<string>
  /** Whether the other side closes; resolves when it has. */
  closed(): Promise<void>
}

export function openRaw(url: string): RawConnection {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let text = ''
  let isOver = false
  const waiting = new Set<() => void>()
  const wake = (): void => {
    for (const check of waiting) check()
  }
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
    wake()
  })
  // A reset is one of the ways in which a server may hang up.
  socket.on('error', () => {})
  socket.on('close', () => {
    isOver = true
    wake()
  })
  const until = (isDone: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!isDone()) return
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      check()
    })
  return {
    socket,
    write: (data) => socket.write(data),
    async read(isEnough) {
      await until(() => isOver || isEnough(text))
      const all = text
      text = ''
      return all
    },
    closed: () => until(() => isOver),
  }
}

/** Sends `head` (lines, without the empty one at the end) and `body`, and gives status and body of the answer. */
export async function sendRaw(
  url: string,
  head: readonly string[],
  body: string | Uint8Array = '',
): Promise<{ status: number; body: string }> {
  const connection = openRaw(url)
  connection.write(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n`)
  connection.write(body)
  const text = await connection.read(() => false)
  return { status: statusOf(text), body: text.slice(text.indexOf('\r\n\r\n') + 4) }
}

export const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1])
