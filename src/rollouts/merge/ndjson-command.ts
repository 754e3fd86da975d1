/** `espalier merge --ndjson`: any number of merges in one process, one JSON object a line in and out, in order. */

import type { Readable, Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { isJsonObject } from '../../kernel/json.ts'
import { mergeFiles } from './merge-files.ts'

/**
 * Answers each line of `input` as it comes. A line that is not an object with the texts `path`, `base`, `ours` and
 * `theirs` is answered with `{id, error}`. Resolves with the exit code: 1 if any line was so, else 0.
 */
export async function runNdjsonMerge(input: Readable, output: Writable): Promise<number> {
  let exitCode = 0
  for await (const line of linesOf(input)) {
    if (line.trim() === '') continue
    const answer = answerLine(line)
    if ('error' in answer) exitCode = 1
    if (!output.write(`${JSON.stringify(answer)}\n`)) await new Promise((resolve) => output.once('drain', resolve))
  }
  return exitCode
}

/** The lines of a stream of UTF-8; `node:readline` takes twice the time, for line ends that NDJSON does not have. */
async function* linesOf(input: Readable): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  let rest: string[] = []
  for await (const chunk of input) {
    const text = typeof chunk === 'string' ? chunk : decoder.write(chunk)
    let start = 0
    for (let feed = text.indexOf('\n'); feed >= 0; feed = text.indexOf('\n', start)) {
      rest.push(text.slice(start, feed))
      yield rest.join('')
      rest = []
      start = feed + 1
    }
    if (start < text.length) rest.push(text.slice(start))
  }
  yield rest.join('') + decoder.end()
}

function answerLine(line: string): object {
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
  return { id, ...mergeFiles({ path, base, ours, theirs }) }
}
