/**
 * The load: as many requests as a server takes over keep-alive connections, each waiting for its answer before the next.
 * By wrk, which costs less than any server here; where it is not installed by autocannon, which costs about as much as a
 * bare server does: what it measures of two fast servers is nearer to 1 than the truth.
 */
import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Request } from './exchange.ts'
import { pinned } from './server-process.ts'

export type LoadName = 'wrk' | 'autocannon'

/** Sends `requests` in random order for about `seconds`; gives the answers per second. */
export type Load = (origin: string, requests: readonly Request[], seconds: number) => Promise<number>

/** `errors` are requests without an answer, and answers with a status above 399. */
export type Counted = { answers: number; seconds: number; errors: number }

const CONNECTIONS = '32'

export const fastestLoad = (): LoadName => (spawnSync('wrk', ['-v']).error ? 'autocannon' : 'wrk')

type Folders = {
  /** The checkout. */ root: string /** Where the bundled programs are. */
  programs: string
  scratch: string
}

type Command = [string, ...string[]]

/** How each is started, and the form in which it takes its requests. */
const GENERATORS = {
  wrk: {
    file: 'requests.lua',
    text: (requests: readonly Request[]) => `return {\n${requests.map(luaOf).join(',\n')}\n}\n`,
    // Whole seconds are all that wrk knows.
    command: ({ root }: Folders, origin: string, seconds: number, file: string): Command => [
      ...(['wrk', '-t1', `-c${CONNECTIONS}`, `-d${Math.max(1, Math.round(seconds))}`] as const),
      ...['-s', join(root, 'bench/load.lua'), origin, '--', file],
    ],
  },
  autocannon: {
    file: 'requests.json',
    text: (requests: readonly Request[]) => JSON.stringify(requests),
    command: ({ programs }: Folders, origin: string, seconds: number, file: string): Command => [
      ...([process.execPath, join(programs, 'autocannon-load.mjs')] as const),
      ...[origin, CONNECTIONS, String(seconds), file],
    ],
  },
} as const

export function loadBy(name: LoadName, folders: Folders): Load {
  const generator = GENERATORS[name]
  return async (origin, requests, seconds) => {
    const file = join(folders.scratch, generator.file)
    writeFileSync(file, generator.text(requests))
    const [program, ...args] = pinned('load', generator.command(folders, origin, seconds, file))
    const { stdout } = await promisify(execFile)(program, args)
    const json = /^COUNTED (?<json>.*)$/m.exec(stdout)?.groups?.json
    if (json === undefined) throw new Error(`${name} counted nothing: ${stdout}`)
    const counted = JSON.parse(json) as Counted
    if (counted.errors > 0) throw new Error(`${counted.errors} of ${counted.answers} requests failed at ${origin}.`)
    return counted.answers / counted.seconds
  }
}

/** A JSON text is a Lua text too, as long as it is ASCII. */
const luaText = (value: string): string => JSON.stringify(value)

function luaOf({ method, path, headers, body }: Request): string {
  const pairs = Object.entries(headers).map(([name, value]) => `[${luaText(name)}]=${luaText(value)}`)
  const content = body === undefined ? '' : `, body=${luaText(body)}`
  return `{method=${luaText(method)}, path=${luaText(path)}, headers={${pairs.join(', ')}}${content}}`
}
