/**
 * Questions that cost one process, or one transaction, however many they are: those of one turn of the event loop are
 * asked together, and what comes while they are being answered waits for the next batch. A batch that fails is asked
 * again one by one, so that whoever asks for a damaged object is told of it alone.
 */
import { setImmediate as eventLoopTurn } from 'node:timers/promises'

type Asked<Q, A> = { question: Q; resolve(answer: A): void; reject(error: unknown): void }

/** Of what a process answers: its output is held in memory. */
const MAX_BATCH = 2_000

/**
 * @param answer gives the answers of its questions, in their order
 * @param maxBatch how many it is asked at once; between two batches others get their turn
 */
export function inBatches<Q, A>(
  answer: (questions: readonly Q[]) => Promise<readonly A[]>,
  maxBatch = MAX_BATCH,
): (question: Q) => Promise<A> {
  const queue: Asked<Q, A>[] = []
  let isRunning = false

  async function run(): Promise<void> {
    if (isRunning) return
    isRunning = true
    try {
      do {
        await eventLoopTurn()
        await settle(queue.splice(0, maxBatch))
      } while (queue.length > 0)
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
