/**
 * The fenced blocks of a documentation page that mean something, by the words after the language:
 * - `tool`, `workflow`: a file that is accepted; `input`, then `output` or `error`: a run of the last such file;
 * - `tool refused`, `workflow refused`: a file that is not, and the next `text` block is what `espalier validate` says;
 * - `cel`: lines of `expression // result`, in the tool and with the input before them.
 */
import { readFileSync } from 'node:fs'
import type { JsonObject } from '../../src/kernel/json.ts'

export type DocumentedFile = { kind: 'tool' | 'workflow'; extension: 'json' | 'yaml'; text: string; line: number }

export type Run = {
  file: DocumentedFile
  input: JsonObject
  ending: 'output' | 'error'
  expected: JsonObject
  line: number
}
export type RefusedFile = { file: DocumentedFile; message: string }
export type ExpressionLine = { file: DocumentedFile; input: JsonObject; source: string; expected: unknown }

export type Documented = {
  files: readonly DocumentedFile[]
  runs: readonly Run[]
  refused: readonly RefusedFile[]
  expressions: readonly ExpressionLine[]
}

const BLOCK = /^```(?<language>\w+)(?<words>[^\n]*)\n(?<text>[\s\S]*?)^```$/gm

/** @throws where a block stands without the one that it belongs to */
export function readPage(path: string): Documented {
  const page = readFileSync(path, 'utf8')
  const files: DocumentedFile[] = []
  const runs: Run[] = []
  const refused: RefusedFile[] = []
  const expressions: ExpressionLine[] = []
  let input: JsonObject | undefined
  let waiting: DocumentedFile | undefined

  const last = (line: number): DocumentedFile => {
    const file = files.at(-1)
    if (!file) throw new Error(`${path}:${line} belongs to no tool or workflow`)
    return file
  }

  for (const { groups, index } of page.matchAll(BLOCK)) {
    const { language = '', words = '', text = '' } = groups ?? {}
    const line = page.slice(0, index).split('\n').length
    const [role, refusal] = words.trim().split(' ')
    if (role === 'tool' || role === 'workflow') {
      if (language !== 'json' && language !== 'yaml') throw new Error(`${path}:${line} is neither JSON nor YAML`)
      const file: DocumentedFile = { kind: role, extension: language, text, line }
      if (refusal === 'refused') waiting = file
      else files.push(file)
      input = refusal === 'refused' ? input : undefined
    } else if (role === 'input') {
      input = JSON.parse(text) as JsonObject
    } else if (role === 'output' || role === 'error') {
      if (!input) throw new Error(`${path}:${line} has no input before it`)
      runs.push({ file: last(line), input, ending: role, expected: JSON.parse(text) as JsonObject, line })
    } else if (language === 'cel') {
      for (const each of text.trimEnd().split('\n')) {
        const [source = '', expected = ''] = each.split(/ +\/\/ /)
        expressions.push({ file: last(line), input: input ?? {}, source, expected: JSON.parse(expected) })
      }
    } else if (language === 'text' && waiting) {
      refused.push({ file: waiting, message: text })
      waiting = undefined
    }
  }
  if (waiting) throw new Error(`${path}:${waiting.line} is refused, but nothing says how`)
  return { files, runs, refused, expressions }
}
