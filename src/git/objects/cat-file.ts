/**
 * Objects by id, from one long-lived `git cat-file --batch-command`: some 60 us for one that is asked for alone, 5 to
 * 20 us among many. Git itself knows of alternates, of packs that a `gc` has replaced, and of every object format.
 *
 * What is asked for within one turn of the event loop goes out as one batch. Git ends when it meets a damaged object; what
 * was under way is then asked for again, one at a time, so that the damage is told of its own object alone. It is ended
 * when it is about to give an object that is larger than whoever asked wants; of what was under way the size is asked first.
 * Invariant: the bytes that leave here have been hashed and give the id that was asked for. Git does not check that, and
 * whoever shares by id relies on it. `refs/replace` is not looked at: an id means one content.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Oid } from '../../kernel/ids.ts'
import { gitEnvironment } from '../run.ts'
import { batchReplies, type Reply } from './batch-replies.ts'
import { type ObjectType, objectId } from './object-id.ts'
import { ObjectTooLarge, ObjectUnreadable } from './object-unreadable.ts'

export type ObjectReader = {
  /**
   * The object's bytes without their frame.
   * @param maxBytes for what is nearly never larger: one that is costs the process that reads
   * @throws ObjectUnreadable where it is missing, damaged or of another type; ObjectTooLarge
   */
  read(type: ObjectType, oid: Oid, maxBytes?: number): Promise<Buffer>
  /**
   * The tree of a commit by the commit's own id, so that both can be asked for at once. Whether it is the one that the
   * commit names is for the caller to see. Undefined where it does not come: whoever reads it by its id is told why.
   */
  readTreeOf(commit: Oid): Promise<{ oid: Oid; bytes: Buffer } | undefined>
  /** How many bytes it has, which costs no reading of them. @throws ObjectUnreadable */
  sizeOf(type: ObjectType, oid: Oid): Promise<number>
  /** Ends the process. What is asked for afterwards starts another one. */
  close(): void
}

type Found = Reply & { kind: 'object' }
type Question = {
  command: 'contents' | 'info'
  type: ObjectType
  oid: Oid
  /** What git is asked for, where it is not the id. */
  name?: string
  /** Of an object that has more, none is taken. */
  maxBytes: number
}
type Asked = Question & {
  /** @throws ObjectUnreadable where what git gave is not what was asked for */
  take(found: Found): void
  reject(error: unknown): void
}

/** Of what git said when it ended: its last lines name the object and the file. */
const SAID_LIMIT = 2_000

/** @param gitDir the repository */
export function openObjectReader(gitDir: string): ObjectReader {
  let child: ChildProcessWithoutNullStreams | undefined
  /** To be sent. */
  let queue: Asked[] = []
  /** Sent, in this order. */
  let sent: Asked[] = []
  let isDue = false
  /** Left to be asked for one at a time, since a process ended over one of them. */
  let suspects = 0

  /** One promise for each, whatever is done with what was found: there are tens of thousands. */
  function ask<T>(question: Question, answerOf: (found: Found) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      queue.push({ ...question, take: (found) => resolve(answerOf(found)), reject })
      schedule()
    })
  }

  function schedule(): void {
    if (isDue) return
    isDue = true
    // One that is asked for alone goes out at once; while git has work, what comes in one turn goes out together.
    if (sent.length === 0) queueMicrotask(send)
    else setImmediate(send)
  }

  function send(): void {
    isDue = false
    if (queue.length === 0 || (suspects > 0 && sent.length > 0)) return
    const batch = suspects > 0 ? queue.splice(0, 1) : queue.splice(0)
    child ??= start()
    hold(child, true)
    sent.push(...batch)
    child.stdin.write(`${batch.map(({ command, oid, name = oid }) => `${command} ${name}\n`).join('')}flush\n`)
  }

  function start(): ChildProcessWithoutNullStreams {
    const env = { ...gitEnvironment(), GIT_NO_REPLACE_OBJECTS: '1' }
    const started = spawn('git', ['cat-file', '--batch-command', '--buffer'], { cwd: gitDir, env })
    let said = ''
    const replies = batchReplies({
      hasBody: (size) => sent[0]?.command === 'contents' && size <= sent[0].maxBytes,
      take: (reply) => {
        if (started === child) answer(reply)
      },
    })
    started.stdout.on('data', (chunk: Buffer) => {
      if (started === child) replies(chunk)
    })
    started.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-SAID_LIMIT)
    })
    started.stdin.on('error', () => {})
    started.once('error', (error) => ended(started, error.message))
    started.once('close', () => ended(started, said.trim()))
    return started
  }

  /** A process that is asked nothing must not keep ours from ending; one that is asked must. */
  function hold(on: ChildProcessWithoutNullStreams, held: boolean): void {
    const method = held ? 'ref' : 'unref'
    on[method]()
    // Pipes of a child are sockets, which their types do not say.
    for (const stream of [on.stdin, on.stdout, on.stderr]) (stream as unknown as Socket)[method]()
  }

  function answer(reply: Reply): void {
    const asked = sent.shift()
    if (!asked) return
    if (suspects > 0) suspects -= 1
    if (reply.kind === 'missing') asked.reject(new ObjectUnreadable(asked.type, asked.oid, 'it is missing'))
    else if (asked.command === 'contents' && reply.size > asked.maxBytes) {
      asked.reject(new ObjectTooLarge(reply.size))
      startAnew()
    } else settle(asked, reply)
    if (queue.length > 0) schedule()
    else if (sent.length === 0 && child) hold(child, false)
  }

  /** Without the bytes that are about to come. */
  function startAnew(): void {
    child?.kill('SIGKILL')
    child = undefined
    queue = [...sent.splice(0), ...queue].map(sizeFirst)
  }

  function sizeFirst(asked: Asked): Asked {
    const { maxBytes, reject } = asked
    if (maxBytes === Number.POSITIVE_INFINITY || asked.command === 'info') return asked
    const take = ({ size }: Found): void => {
      if (size > maxBytes) reject(new ObjectTooLarge(size))
      else queue.push(asked)
    }
    return { ...asked, command: 'info', take }
  }

  function ended(which: ChildProcessWithoutNullStreams, said: string): void {
    if (which !== child) return
    child = undefined
    const lost = sent
    sent = []
    const [only, ...others] = lost
    if (only && others.length === 0) {
      if (suspects > 0) suspects -= 1
      only.reject(new ObjectUnreadable(only.type, only.oid, said || 'git ended while reading it'))
    } else {
      queue = [...lost, ...queue]
      suspects = lost.length
    }
    if (queue.length > 0) schedule()
  }

  return {
    read: (type, oid, maxBytes = Number.POSITIVE_INFINITY) =>
      ask({ command: 'contents', type, oid, maxBytes }, ({ bytes }) => hashedBytes(type, oid, bytes)),
    readTreeOf: (commit) =>
      ask(
        {
          command: 'contents',
          type: 'tree',
          oid: commit,
          name: `${commit}^{tree}`,
          maxBytes: Number.POSITIVE_INFINITY,
        },
        ({ bytes }) => ({ oid: objectId('tree', bytes), bytes }),
      ).catch(() => undefined),
    sizeOf: (type, oid) => ask({ command: 'info', type, oid, maxBytes: Number.POSITIVE_INFINITY }, ({ size }) => size),
    close() {
      const closing = child
      child = undefined
      closing?.stdin.end()
      for (const { type, oid, reject } of sent.splice(0))
        reject(new ObjectUnreadable(type, oid, 'the reader was closed'))
    },
  }
}

function settle({ type, oid, take, reject }: Asked, found: Found): void {
  try {
    if (found.type !== type) throw new ObjectUnreadable(type, oid, `it is a ${found.type}`)
    take(found)
  } catch (error) {
    reject(error)
  }
}

/** @throws ObjectUnreadable where they have another id */
function hashedBytes(type: ObjectType, oid: Oid, bytes: Buffer): Buffer {
  const hashed = objectId(type, bytes)
  if (hashed !== oid) throw new ObjectUnreadable(type, oid, `it is damaged: its bytes have the id ${hashed}`)
  return bytes
}
