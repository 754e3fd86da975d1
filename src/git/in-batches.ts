/**
 * Questions that cost one process however many they are: those of one turn of the event loop are asked together, and what
 * comes while they are being answered waits for the next batch. A batch that fails is asked again one by one, so that
 * whoever asks for a damaged object is told of it alone.
 */
import { setImmediate as eventLoopTurn } from 'node:timers/promises'

type Asked<Q, A> = { question: Q; resolve(answer: A): void; reject(error: unknown): void }

/** As many go into one process: its output is held in memory. */
const BATCH = 2_000

/** @param answer gives the answers of its questions, in their order */
export function inBatches<Q, A>(
  answer: (questions: readonly Q[]) => Promise<readonly A[]>,
): (question: Q) => Promise<A> {
  const queue: Asked<Q, A>[] = []
  let isRunning = false

  async function run(): Promise<void> {
    if (isRunning) return
    isRunning = true
    try {
      await eventLoopTurn()
      while (queue.length > 0) await settle(queue.splice(0, BATCH))
    } finally {
      isRunning = false
    }
  }

  async function settle(batch: readonly Asked<Q, A>[]): Promise<void> {
    try {
      const answers = await answer(batch.map(({ question }) => question))
      batch.forEach(({ resolve }, i) => void resolve(answers[i]!))
    } catch (error) {
      if (batch.length === 1) batch[0]!.reject(error)
      else for (const asked of batch) await settle([asked])
    }
  }

  return (question) =>
    new Promise((resolve, reject) => {
      queue.push({ question, resolve, reject })
      run().catch(reject)
    })
}
