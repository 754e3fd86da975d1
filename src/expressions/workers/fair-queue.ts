/**
 * Who is next, of many who wait: the one who has used the least time, so that whoever sends much or slow work waits for
 * their own work and nobody else's (start-time fair queuing: Goyal, Vin, Cheng 1996). Pure.
 * Invariants: no owner has more than `maxRunning` items out at once; an owner with nothing waiting and nothing out takes
 * no memory; a full queue makes room for an owner by the last item of the one who has the most in it.
 */

export type FairQueue<Item> = {
  /** @returns the item that the queue has no room for: `item` itself, or another owner's; undefined = there is room */
  add(owner: string, item: Item): Item | undefined
  /** Takes the next item out; `done` is to be called once, when its work has ended. */
  next(): { item: Item; done(usedMs: number): void } | undefined
  /** Takes out an item that no longer waits for its turn. @returns whether it was there */
  remove(owner: string, item: Item): boolean
  /** Whether anything could be taken out now. */
  hasNext(): boolean
  /** Takes everything out. */
  drain(): Item[]
}

type Owner<Item> = { name: string; waiting: Item[]; running: number; usedMs: number }

export function createFairQueue<Item>({
  maxRunning,
  maxWaiting,
  maxWaitingPerOwner,
}: {
  maxRunning: number
  maxWaiting: number
  maxWaitingPerOwner: number
}): FairQueue<Item> {
  const owners = new Map<string, Owner<Item>>()
  let waiting = 0
  /** What the last one taken had used: whoever comes anew starts there, and not as if they had waited all along. */
  let usedByLast = 0

  function ownerOf(name: string): Owner<Item> {
    const known = owners.get(name)
    if (known) return known
    const owner: Owner<Item> = { name, waiting: [], running: 0, usedMs: usedByLast }
    owners.set(name, owner)
    return owner
  }

  const forgetIdle = (owner: Owner<Item>): void => {
    if (owner.waiting.length === 0 && owner.running === 0) owners.delete(owner.name)
  }

  /** The room of `owner`'s, or of whoever has the most and more than `owner` would have. */
  function makeRoom(owner: Owner<Item>, item: Item): Item | undefined {
    if (owner.waiting.length >= maxWaitingPerOwner) return item
    if (waiting < maxWaiting) return undefined
    const longest = [...owners.values()].reduce((a, b) => (b.waiting.length > a.waiting.length ? b : a))
    if (longest.waiting.length <= owner.waiting.length + 1) return item
    waiting -= 1
    return longest.waiting.pop()
  }

  function first(): Owner<Item> | undefined {
    let best: Owner<Item> | undefined
    for (const owner of owners.values()) {
      const isReady = owner.waiting.length > 0 && owner.running < maxRunning
      if (isReady && (!best || owner.usedMs < best.usedMs)) best = owner
    }
    return best
  }

  return {
    add(name, item) {
      const owner = ownerOf(name)
      const refused = makeRoom(owner, item)
      if (refused !== item) {
        owner.waiting.push(item)
        waiting += 1
      }
      forgetIdle(owner)
      return refused
    },

    next() {
      const owner = first()
      const item = owner?.waiting.shift()
      if (!owner || item === undefined) return undefined
      waiting -= 1
      owner.running += 1
      usedByLast = owner.usedMs
      return {
        item,
        done(usedMs) {
          owner.running -= 1
          owner.usedMs += usedMs
          forgetIdle(owner)
        },
      }
    },

    remove(name, item) {
      const owner = owners.get(name)
      const at = owner?.waiting.indexOf(item) ?? -1
      if (!owner || at < 0) return false
      owner.waiting.splice(at, 1)
      waiting -= 1
      forgetIdle(owner)
      return true
    },

    hasNext: () => first() !== undefined,

    drain() {
      const items = [...owners.values()].flatMap((owner) => owner.waiting.splice(0))
      waiting = 0
      for (const owner of [...owners.values()]) forgetIdle(owner)
      return items
    },
  }
}
