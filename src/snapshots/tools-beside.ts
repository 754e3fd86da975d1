/**
 * The tools of a folder that has nearly all of them from another one: ten thousand tenants with the trunk's tools and two
 * of their own keep two each, where a `Map` of all takes 1.8 KB. Reads like a `Map`, in the order of the files.
 * Invariant: every name of `base` is a name of the folder; what `own` says of a name holds. A tool that is the base's own
 * object comes from a file of the same path, so both have what they share in the same order.
 */
import { exactList } from '../kernel/exact-list.ts'
import type { Tool } from '../tools/tool.ts'

type Tools = ReadonlyMap<string, Tool>

/** Tools beside the base's; with more of them a map of all is the smaller one, and the quicker. */
const MAX_OWN = 16

/** `tools` itself, where it has too little in common with `base`. @param tools in the order of their files */
export function toolsBeside(base: Tools, tools: Tools): Tools {
  const own: Tool[] = []
  const places: number[] = []
  let place = 0
  for (const [name, tool] of tools) {
    if (base.get(name) !== tool) {
      own.push(tool)
      places.push(place)
    }
    place += 1
  }
  const replaced = own.filter(({ name }) => base.has(name)).length
  const hasAllOfBase = base.size + own.length - replaced === tools.size
  if (!hasAllOfBase || own.length > Math.min(MAX_OWN, base.size)) return tools
  return own.length === 0 ? base : new ToolsBeside(base, exactList(own), exactList(places), tools.size)
}

class ToolsBeside implements Tools {
  readonly #base: Tools
  readonly #own: readonly Tool[]
  /** Of each of `own` among all. */
  readonly #places: readonly number[]
  readonly size: number

  constructor(base: Tools, own: readonly Tool[], places: readonly number[], size: number) {
    this.#base = base
    this.#own = own
    this.#places = places
    this.size = size
  }

  get(name: string): Tool | undefined {
    // Few, so that looking at each is quicker than a map, and smaller.
    for (const tool of this.#own) if (tool.name === name) return tool
    return this.#base.get(name)
  }

  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  *values(): MapIterator<Tool> {
    const inherited = this.#inherited()
    let next = 0
    for (let place = 0; place < this.size; place += 1) {
      if (this.#places[next] === place) {
        yield this.#own[next]!
        next += 1
      } else yield inherited.next().value!
    }
  }

  *#inherited(): Generator<Tool, undefined> {
    for (const tool of this.#base.values()) if (this.get(tool.name) === tool) yield tool
  }

  *keys(): MapIterator<string> {
    for (const { name } of this.values()) yield name
  }

  *entries(): MapIterator<[string, Tool]> {
    for (const tool of this.values()) yield [tool.name, tool]
  }

  [Symbol.iterator](): MapIterator<[string, Tool]> {
    return this.entries()
  }

  forEach(visit: (tool: Tool, name: string, tools: Tools) => void): void {
    for (const [name, tool] of this) visit(tool, name, this)
  }
}
