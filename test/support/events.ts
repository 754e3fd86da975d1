/** Server-sent events as a client reads them, one after the other. */

export type Event = { id: string | undefined; type: string; data: Record<string, unknown> }

export type Events = {
  /** The next event; undefined once the stream has ended. Comments are passed over. */
  next(): Promise<Event | undefined>
  /** All comments so far. */
  comments: readonly string[]
  close(): Promise<void>
}

export function openEvents({ body }: Response): Events {
  const reader = body!.getReader()
  const decoder = new TextDecoder()
  const comments: string[] = []
  let text = ''

  async function block(): Promise<string | undefined> {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end !== -1) {
        const found = text.slice(0, end)
        text = text.slice(end + 2)
        return found
      }
      const { value, done } = await reader.read()
      if (done) return undefined
      text += decoder.decode(value, { stream: true })
    }
  }

  return {
    comments,
    async next() {
      for (;;) {
        const lines = (await block())?.split('\n')
        if (!lines) return undefined
        comments.push(...lines.filter((line) => line.startsWith(':')))
        const field = (name: string): string | undefined =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
        const type = field('event')
        if (type !== undefined) return { id: field('id'), type, data: JSON.parse(field('data') ?? '{}') }
      }
    },
    close: () => reader.cancel(),
  }
}

/** The whole body, or of a stream that never ends its first event. */
export async function textOf(answer: Response): Promise<string> {
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer.text()
  const events = openEvents(answer)
  const first = await events.next()
  await events.close()
  return JSON.stringify(first)
}
