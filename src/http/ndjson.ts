/** Answers of one JSON object a line, sent while they are read: as slowly as the caller takes them, and not after it left. */
import { type AnswerHeaders, answer, type Ctx, type Reply } from './exchange.ts'

export const NDJSON = 'application/x-ndjson'

/** Lines that go out in one piece. */
const LINES = 100

export function answerNdjson<T>(
  c: Ctx,
  { rows, line, headers }: { rows: AsyncIterable<T>; line: (row: T) => object; headers: AnswerHeaders },
): Reply {
  const source = rows[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const lines: string[] = []
      let isOver = false
      while (lines.length < LINES && !isOver) {
        const { value, done } = await source.next()
        if (done) isOver = true
        else lines.push(`${JSON.stringify(line(value))}\n`)
      }
      if (lines.length > 0) controller.enqueue(encoder.encode(lines.join('')))
      if (isOver) controller.close()
    },
    async cancel() {
      await source.return?.()
    },
  })
  return answer(c, body, NDJSON, { headers })
}
