/** `espalier merge --ndjson`: any number of merges in one process, one JSON object a line in and out, in order. */

import type { Readable, Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { isJsonObject } from '../../kernel/json.ts'
import { mergeFiles } from './merge-files.ts'

/** A line beyond this many characters is not kept: three texts of half a gigabyte are no configuration. */
const LONGEST_LINE = 2 ** 28

/** Stands for a line that was too long. */
const TOO_LONG = Symbol('too long')

/**
 * Answers each line of `input` as it comes. A line that is not an object with the texts `path`, `base`, `ours` and
 * `theirs`, or that is too long, is answered with `{id, error}`. Resolves with the exit code: 1 if any line was so, else 0.
 */
export async function runNdjsonMerge(input: Readable, output: Writable, longest = LONGEST_LINE): Promise<number> {
  let exitCode = 0
  for await (const lines of linesOf(input, longest)) {
    output.cork()
    for (const line of lines) {
      if (line !== TOO_LONG && line.trim() === '') continue
      const answer = answerLine(line)
      if ('error' in answer) exitCode = 1
      output.write(`${JSON.stringify(answer)}\n`)
    }
    output.uncork()
    if (output.writableNeedDrain) await new Promise((resolve) => output.once('drain', resolve))
  }
  return exitCode
}

/**
 * The lines of a stream of UTF-8, those that end in one chunk together; `node:readline` takes twice the time, for line
 * ends that NDJSON does not have.
 */
async function* linesOf(input: Readable, longest: number): AsyncGenerator<(string | typeof TOO_LONG)[]> {
  const decoder = new StringDecoder('utf8')
  let pieces: string[] = []
  let length = 0
  const add = (piece: string) => {
    length += piece.length
    if (length > longest) pieces = []
    else pieces.push(piece)
  }
  const takeLine = () => {
    const line = length > longest ? TOO_LONG : pieces.join('')
    pieces = []
    length = 0
    return line
  }
  for await (const chunk of input) {
    const text = typeof chunk === 'string' ? chunk : decoder.write(chunk)
    const [first = '', ...others] = text.split('\n')
    const lines: (string | typeof TOO_LONG)[] = []
    add(first)
    for (const piece of others) {
      lines.push(takeLine())
      add(piece)
    }
    yield lines
  }
  add(decoder.end())
  yield [takeLine()]
}

function answerLine(line: string | typeof TOO_LONG): object {
  if (line === TOO_LONG) return { id: null, error: 'This line is too long.' }
  let request: unknown
  try {
    request = JSON.parse(line)
  } catch {
    return { id: null, error: 'This line is not JSON.' }
  }
  if (!isJsonObject(request)) return { id: null, error: 'This line is not a JSON object.' }
  const { id = null, path, base, ours, theirs } = request
  if (typeof path !== 'string' || typeof base !== 'string' || typeof ours !== 'string' || typeof theirs !== 'string') {
    return { id, error: 'A merge needs the strings "path", "base", "ours" and "theirs".' }
  }
  try {
    return { id, ...mergeFiles({ path, base, ours, theirs }) }
  } catch (error) {
    // One case that goes beyond what the engine can hold must not cost the others their answers.
    if (error instanceof RangeError) return { id, error: `This merge is too large: ${error.message}.` }
    throw error
  }
}
