/** One value of a JSON or YAML text replaced by another source text, everything else kept byte for byte. Pure. */
import { Buffer } from 'node:buffer'
import { isDeepStrictEqual } from 'node:util'
import { parseDocument } from '../../documents/parse.ts'
import { pointerTokens, valueAt } from '../../kernel/json.ts'
import { readJson } from '../merge/json/read-json.ts'
import type { TreeNode } from '../merge/tree.ts'
import { readYaml } from '../merge/yaml/read-yaml.ts'

/**
 * @param path its extension says how `text` is read
 * @param source JSON, or YAML in flow style where the text is YAML
 * @returns undefined where there is nothing at `pointer`, or the result does not hold the value there
 */
export function replaceAt(path: string, text: string, pointer: string, source: string): string | undefined {
  const read = /\.jsonc?$/i.test(path) ? readJson : readYaml
  const tree = read(text)
  const tokens = pointerTokens(pointer)
  const node = tree && nodeAt(tree.root, tokens)
  if (!tree || !node) return undefined
  const result = tree.text.slice(0, node.start) + source.trim() + tree.text.slice(node.end)
  const [wanted, got] = [valueIn(path, source), valueIn(path, result)]
  return got && wanted && isDeepStrictEqual(valueAt(got.value, tokens), wanted.value) ? result : undefined
}

function nodeAt(root: TreeNode, tokens: readonly string[]): TreeNode | undefined {
  let node: TreeNode | undefined = root
  for (const token of tokens) {
    node =
      node?.kind === 'array' ? node.entries[Number(token)]?.node : node?.entries.find(({ key }) => key === token)?.node
  }
  return node
}

function valueIn(path: string, text: string): { value: unknown } | undefined {
  const parsed = parseDocument(path, Buffer.from(text))
  return parsed.kind === 'document' ? { value: parsed.document.value } : undefined
}
