/**
 * What `git cat-file --batch-command` writes, taken apart (git-cat-file(1), "BATCH OUTPUT"): `<oid> <type> <size>` and a
 * line feed, then the bytes and a line feed where they were asked for; or `<oid> missing`. Chunks may end anywhere.
 */

const LINE_FEED = 10
const NO_BYTES = Buffer.alloc(0)

export type Reply = { kind: 'object'; type: string; size: number; bytes: Buffer } | { kind: 'missing' }

type Head = { type: string; size: number }

/**
 * A function that takes the chunks.
 * @param hasBody whether the reply whose first line is being read brings its bytes, given how many these are
 * @param take called with each reply, in their order; the bytes are its to keep
 */
export function batchReplies({ hasBody, take }: { hasBody: (size: number) => boolean; take: (reply: Reply) => void }) {
  /** What has come and was not taken yet; joined when there is enough of it, so that a large object is copied once. */
  let chunks: Buffer[] = []
  let length = 0
  let head: Head | undefined
  let wanted = 1

  return (chunk: Buffer): void => {
    chunks.push(chunk)
    length += chunk.length
    if (length < wanted) return
    const all = chunks.length === 1 ? chunk : Buffer.concat(chunks, length)
    const rest = all.subarray(taken(all))
    chunks = rest.length === 0 ? [] : [rest]
    length = rest.length
  }

  /** Takes every whole reply of `all`; gives where the rest begins. */
  function taken(all: Buffer): number {
    let at = 0
    for (;;) {
      if (!head) {
        const end = all.indexOf(LINE_FEED, at)
        wanted = all.length - at + 1
        if (end < 0) return at
        const [, type = '', size] = all.toString('latin1', at, end).split(' ')
        at = end + 1
        if (size === undefined) take({ kind: 'missing' })
        else if (hasBody(Number(size))) head = { type, size: Number(size) }
        else take({ kind: 'object', type, size: Number(size), bytes: NO_BYTES })
      } else {
        wanted = head.size + 1
        if (all.length - at < wanted) return at
        // A copy, since a slice would keep the whole chunk in memory for as long as it lives.
        const bytes = Buffer.from(all.subarray(at, at + head.size))
        at += wanted
        const reply: Reply = { kind: 'object', ...head, bytes }
        head = undefined
        take(reply)
      }
    }
  }
}
