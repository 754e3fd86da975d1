/**
 * The product as a command asks it: by HTTP where a server runs, and otherwise the same routes in this process, on the same
 * repository and database. A command knows no difference.
 */
import { createApp } from '../../app.ts'
import { readConfig } from '../../boot/config.ts'
import { servingUrl } from '../../boot/serving-note.ts'
import { AppError, PROBLEMS, type ProblemCode, type ProblemItem } from '../../kernel/errors.ts'
import { StartRefused } from '../../kernel/start-refused.ts'
import { requireRepository } from './with-app.ts'

export type Product = {
  kind: 'server' | 'here'
  /** The JSON of the answer. @throws AppError as the server said it */
  ask<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<T>
  /** The events of a stream, until it ends. */
  events(path: string): AsyncIterable<{ event: string; data: string }>
}

/** `local`: whoever runs a command owns the repository and the database. */
const authenticate = () => ({ kind: 'local' }) as const

/** Tells people about a server that does not answer only where they named it. */
const PROBE_MS = 2_000

export async function withProduct<T>(use: (product: Product) => Promise<T>): Promise<T> {
  const config = readConfig(process.env, process.cwd())
  const named = process.env.ESPALIER_URL
  const url = named || servingUrl(config.dataDir)
  if (url && (await answers(url))) return use(productAt('server', (path, init) => fetch(`${url}${path}`, init)))
  if (named) throw new StartRefused(`No server answers at ${named}. Start it, or unset ESPALIER_URL.`)
  requireRepository(config)
  const app = await createApp(config, { authenticate, logs: 'errors' })
  try {
    app.runs.start()
    return await use(productAt('here', async (path, init) => app.server.request(`http://localhost${path}`, init)))
  } finally {
    await app.runs.settled()
    await app.close()
  }
}

async function answers(url: string): Promise<boolean> {
  const probe = new AbortController()
  // Not AbortSignal.timeout: its timer does not keep the process, which would end where a server of another kind closes.
  const timer = setTimeout(() => probe.abort(), PROBE_MS)
  try {
    return (await fetch(`${url}/livez`, { signal: probe.signal })).ok
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}

function productAt(kind: Product['kind'], request: (path: string, init: RequestInit) => Promise<Response>): Product {
  return {
    kind,
    async ask<T>(method: string, path: string, body?: object): Promise<T> {
      const init = { method, headers: credential(), ...(body ? { body: JSON.stringify(body) } : {}) }
      const answer = await request(path, init)
      if (!answer.ok) throw await problemOf(answer)
      const text = await answer.text()
      return (text === '' ? undefined : JSON.parse(text)) as T
    },
    async *events(path) {
      const answer = await request(path, { headers: credential() })
      if (!answer.ok) throw await problemOf(answer)
      if (answer.body) yield* eventsOf(answer.body)
    },
  }
}

function credential(): Record<string, string> {
  const key = process.env.ESPALIER_API_KEY || process.env.ESPALIER_ADMIN_TOKEN
  return key ? { Authorization: `Bearer ${key}` } : {}
}

type Problem = { code?: string; detail?: string; errors?: ProblemItem[] }

async function problemOf(answer: Response): Promise<Error> {
  const text = await answer.text()
  let problem: Problem = {}
  try {
    problem = JSON.parse(text) as Problem
  } catch {
    // Not ours, such as a proxy's page.
  }
  const { code, detail, errors } = problem
  if (code === undefined || !Object.hasOwn(PROBLEMS, code))
    return new StartRefused(`The server answered ${answer.status}.`)
  return new AppError(code as ProblemCode, { detail: detail ?? code, ...(errors ? { errors } : {}) })
}

/** The event stream format, as far as our own server writes it (HTML Living Standard, section 9.2.6). */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncIterable<{ event: string; data: string }> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1]
      const data = field('data')
      if (data !== undefined) yield { event: field('event') ?? 'message', data }
    }
  }
}
