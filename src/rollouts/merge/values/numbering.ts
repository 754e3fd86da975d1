/** Numbers for values: the same number for the same value, and for nothing else. */
import type { TreeNode } from '../tree.ts'

export class Numbering {
  readonly #known = new Map<TreeNode, number>()
  readonly #strings = new Map<string, number>()
  readonly #others = new Map<string, number>()
  readonly #members = new Map<string, number>()
  #count = 0

  of(node: TreeNode): number {
    let number = this.#known.get(node)
    if (number === undefined) {
      number = this.#read(node)
      this.#known.set(node, number)
    }
    return number
  }

  #read(node: TreeNode): number {
    if (node.kind === 'scalar') {
      if (node.lines !== undefined) return this.#number(this.#others, node.properties + node.lines.join('\n'))
      return this.#number(node.isString ? this.#strings : this.#others, node.token)
    }
    const { entries } = node
    const numbers = new Int32Array(entries.length)
    for (let i = 0; i < entries.length; i++) {
      const { key, node: value } = entries[i]!
      const number = this.of(value)
      numbers[i] = key === null ? number : this.#number(this.#members, `${number} ${key}`)
    }
    const content = node.kind === 'map' ? `{${numbers.sort().join()}` : `[${numbers.join()}`
    return this.#number(this.#others, node.properties + content)
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
