/** Numbers for values: the same number for the same value, and for nothing else, within one merge. */
import type { Entry } from './tree.ts'

export class Interner {
  readonly #strings = new Map<string, number>()
  readonly #others = new Map<string, number>()
  readonly #members = new Map<number, Map<number, number>>()
  #count = 0

  string(value: string): number {
    return this.#number(this.#strings, value)
  }

  /** What is not a string, by a description that no other value shares. */
  other(description: string): number {
    return this.#number(this.#others, description)
  }

  collection(kind: 'map' | 'array', entries: readonly Entry[], properties = ''): number {
    const numbers = new Int32Array(entries.length)
    for (let i = 0; i < entries.length; i++) {
      const { key, node } = entries[i]!
      numbers[i] = key === null ? node.id : this.#member(this.string(key), node.id)
    }
    return this.#collection(kind, numbers, properties)
  }

  array(ids: readonly number[], properties = ''): number {
    return this.#collection('array', Int32Array.from(ids), properties)
  }

  map(members: readonly { key: string; id: number }[], properties = ''): number {
    const numbers = Int32Array.from(members, ({ key, id }) => this.#member(this.string(key), id))
    return this.#collection('map', numbers, properties)
  }

  #collection(kind: 'map' | 'array', numbers: Int32Array, properties: string): number {
    return this.other(properties + (kind === 'map' ? `{${numbers.sort().join()}` : `[${numbers.join()}`))
  }

  #member(key: number, value: number): number {
    let values = this.#members.get(key)
    if (values === undefined) {
      values = new Map()
      this.#members.set(key, values)
    }
    let number = values.get(value)
    if (number === undefined) {
      number = this.#count++
      values.set(value, number)
    }
    return number
  }

  #number(numbers: Map<string, number>, description: string): number {
    let number = numbers.get(description)
    if (number === undefined) {
      number = this.#count++
      numbers.set(description, number)
    }
    return number
  }
}
