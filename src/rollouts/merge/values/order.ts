/**
 * The order of a merged map or list. Each side is a sequence of identities; an identity below `baseSize` is the place
 * in the base, the others are new.
 * Invariant: what both sides keep stands in the order of the side that moved it, or as it was; a new item stands after
 * what it followed on its own side. The order of a list, which is part of its value, is the same with the sides swapped.
 */

export type Sides = { kind: 'map' | 'list'; baseSize: number; ours: readonly number[]; theirs: readonly number[] }

/** New items of both sides that follow the same item: their order is not given by either side. */
export type Meeting = { ours: number[]; theirs: number[] }

export type Order = { sequence: number[]; meetings: Meeting[]; contradictory: boolean }

/** `keeps` says which identities are in the result; `arrange` tells how to order new items that meet. */
export function mergeOrder(sides: Sides, keeps: (identity: number) => boolean, arrange: () => Arrangement): Order {
  const ours = sides.ours.filter(keeps)
  const theirs = sides.theirs.filter(keeps)
  if (isEqual(ours, theirs)) return { sequence: ours, meetings: [], contradictory: false }
  const inOurs = new Set(ours)
  const inTheirs = new Set(theirs)
  const oursMoved = !isAscending(ours, sides.baseSize)
  const theirsMoved = !isAscending(theirs, sides.baseSize)
  const sharedInOurs = ours.filter((item) => inTheirs.has(item))
  const sharedInTheirs = theirs.filter((item) => inOurs.has(item))
  const isOfBase = (item: number) => item < sides.baseSize
  const contradictory =
    oursMoved && theirsMoved && !isEqual(sharedInOurs.filter(isOfBase), sharedInTheirs.filter(isOfBase))
  const theirsLeads =
    oursMoved !== theirsMoved
      ? theirsMoved
      : sides.kind === 'list' && leads(sharedInTheirs, sharedInOurs, isOfBase, arrange)
  const [frame, guest, inFrame] = theirsLeads ? [theirs, ours, inTheirs] : [ours, theirs, inOurs]
  const guests = guestsByAnchor(guest, inFrame)
  const inGuest = theirsLeads ? inOurs : inTheirs
  const sequence: number[] = []
  const meetings: Meeting[] = []
  let waiting = guests.get(START) ?? []
  let own: number[] = []
  const settle = (after: number | undefined) => {
    const meeting = theirsLeads ? { ours: waiting, theirs: own } : { ours: own, theirs: waiting }
    if (waiting.length > 0 && own.length > 0) meetings.push(meeting)
    const around = { before: sequence.at(-1), after }
    for (const item of joinMeeting(meeting, around, arrange)) sequence.push(item)
    own = []
  }
  for (const item of frame) {
    if (!inGuest.has(item)) {
      own.push(item)
      continue
    }
    settle(item)
    sequence.push(item)
    waiting = guests.get(item) ?? []
  }
  settle(undefined)
  return { sequence, meetings, contradictory }
}

/**
 * Whether, of two sides that both have the same new items at different places, the first one's places count: those of
 * the side that has one of them earlier, so that it does not matter which side is called ours.
 */
function leads(
  one: readonly number[],
  other: readonly number[],
  isOfBase: (item: number) => boolean,
  arrange: () => Arrangement,
): boolean {
  const place = one.findIndex((item, i) => item !== other[i])
  if (place < 0) return false
  const [first, second] = [one[place]!, other[place]!]
  if (isOfBase(first) !== isOfBase(second)) return isOfBase(second)
  const arrangement = arrange()
  return arrangement.do === 'interleave'
    ? arrangement.before(first, second)
    : arrangement.theirsFirst({ ours: [second], theirs: [first] }, { before: undefined, after: undefined })
}

/** How what two sides added at one place is put in order: one by one, or all of one side and then all of the other. */
export type Arrangement =
  | { do: 'interleave'; before(first: number, second: number): boolean }
  | { do: 'append'; theirsFirst(meeting: Meeting, around: Around): boolean }

/** What stands before and after a meeting; undefined at the ends. */
export type Around = { before: number | undefined; after: number | undefined }

const START = -1

/** The items that only the guest has, by the item of the frame that they follow. */
function guestsByAnchor(guest: readonly number[], inFrame: ReadonlySet<number>): Map<number, number[]> {
  const guests = new Map<number, number[]>()
  let anchor = START
  for (const item of guest) {
    if (inFrame.has(item)) anchor = item
    else {
      const waiting = guests.get(anchor)
      if (waiting === undefined) guests.set(anchor, [item])
      else waiting.push(item)
    }
  }
  return guests
}

function joinMeeting(meeting: Meeting, around: Around, arrange: () => Arrangement): number[] {
  const { ours, theirs } = meeting
  if (ours.length === 0 || theirs.length === 0) return [...ours, ...theirs]
  const arrangement = arrange()
  if (arrangement.do === 'append') {
    return arrangement.theirsFirst(meeting, around) ? [...theirs, ...ours] : [...ours, ...theirs]
  }
  const joined: number[] = []
  let [o, t] = [0, 0]
  while (o < ours.length && t < theirs.length) {
    joined.push(arrangement.before(theirs[t]!, ours[o]!) ? theirs[t++]! : ours[o++]!)
  }
  return [...joined, ...ours.slice(o), ...theirs.slice(t)]
}

function isAscending(items: readonly number[], baseSize: number): boolean {
  let last = -1
  for (const item of items) {
    if (item >= baseSize) continue
    if (item < last) return false
    last = item
  }
  return true
}

const isEqual = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((item, i) => item === b[i])
