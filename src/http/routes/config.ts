/** `/api/v1/config`: what a tenant's branch says, whole or one value of it. */
import { LRUCache } from 'lru-cache'
import { AppError } from '../../kernel/errors.ts'
import { childPointer, isJsonObject, pointerTokens, valueAt } from '../../kernel/json.ts'
import { problemItems, requireSnapshot } from '../../snapshots/require-snapshot.ts'
import type { Served, Snapshot } from '../../snapshots/snapshot.ts'
import { type AtRevision, REVISION_PARAMETER, REVISION_PROBLEMS, revisionOf } from '../at-revision.ts'
import { type AnswerHeaders, answerEmpty, answerJson, answerJsonText, type Ctx, isNotModified } from '../exchange.ts'
import { type LongPoll, PREFER, preferredWaitSeconds } from '../long-poll.ts'
import type { Answer, Route } from '../route.ts'
import { scopeHeaders, type TenantScope } from '../tenant-scope.ts'
import { DEFINITION_SUMMARY, toolSummary, workflowSummary } from './definitions.ts'

/** Whole answers are kept as the bytes that leave, least recently asked for thrown out first. */
const BODY_CACHE_BYTES = 32 * 1024 * 1024
/**
 * Once that is full, one in so many of those that are not kept comes in. Of many more tenants than there is room for, none
 * would stay until it is asked for again, and each that goes is garbage of the dear kind; who is asked for often gets in soon.
 */
const KEPT_WHEN_FULL = 8

type Handler = (c: Ctx, scope: TenantScope) => Answer

const CONFIG_ANSWER = {
  title: "A tenant's configuration",
  type: 'object',
  required: ['revision', 'valid', 'tools', 'workflows', 'config'],
  properties: {
    revision: { type: 'string', description: 'The commit that this is of.' },
    valid: { type: 'boolean', description: 'Whether the head of the branch is what answers.' },
    tools: { type: 'array', items: DEFINITION_SUMMARY },
    workflows: { type: 'array', items: DEFINITION_SUMMARY },
    config: { type: 'object', description: 'One member for each file of config/, named by its stem.' },
    refused: {
      type: 'object',
      description: 'The newer commit that is not valid, with everything that is wrong with it.',
      required: ['revision', 'errors'],
      properties: { revision: { type: 'string' }, errors: { type: 'array', items: { type: 'object' } } },
    },
  },
} as const

export function configRoutes({ longPoll, atRevision }: { longPoll: LongPoll; atRevision: AtRevision }): Route[] {
  /** Scopes that a request has waited for already. */
  const waited = new WeakSet<TenantScope>()
  let missed = 0
  // Keyed by what is served, which is one object for as long as the branch stands still.
  const bodies = new LRUCache<Served, Buffer>({ maxSize: BODY_CACHE_BYTES, sizeCalculation: (body) => body.length })

  function whole(c: Ctx, scope: TenantScope): Answer {
    const snapshot = requireSnapshot(scope)
    const etag = etagOf(scope.served, snapshot)
    const headers = scopeHeaders(scope)
    headers.ETag = etag
    if (isNotModified(c, etag)) return unchanged(c, scope, headers, whole)
    return answerJsonText(c, bodies.get(scope.served) ?? writtenAnew(scope.served, snapshot), { headers })
  }

  function writtenAnew(served: Served, snapshot: Snapshot): string | Buffer {
    const text = configText(served, snapshot)
    const hasRoom = bodies.calculatedSize + text.length < BODY_CACHE_BYTES
    missed += 1
    if (!hasRoom && missed % KEPT_WHEN_FULL !== 0) return text
    const body = Buffer.from(text)
    bodies.set(served, body)
    return body
  }

  function one(c: Ctx, scope: TenantScope): Answer {
    const snapshot = requireSnapshot(scope)
    const etag = etagOf(scope.served, snapshot)
    const headers = scopeHeaders(scope)
    headers.ETag = etag
    if (isNotModified(c, etag)) return unchanged(c, scope, headers, one)
    const pointer = `/${c.param('pointer')}`
    const value = valueAt(snapshot.config, pointerTokens(pointer))
    if (value === undefined) throw nothingAt(pointer, snapshot.config)
    return answerJson(c, value, { headers })
  }

  /** 304, at once or, where the caller would rather wait, when there is nothing else to say at the end of that time. */
  function unchanged(c: Ctx, scope: TenantScope, headers: AnswerHeaders, answerAgain: Handler): Answer {
    const seconds = preferredWaitSeconds(c)
    if (seconds === 0 || waited.has(scope) || revisionOf(c) !== undefined) return answerEmpty(c, 304, headers)
    return longPoll.changed(c, scope, seconds).then((later) => {
      waited.add(later)
      c.scope = later
      return answerAgain(c, later)
    })
  }

  const parameters = [
    PREFER,
    REVISION_PARAMETER,
    {
      name: 'If-None-Match',
      in: 'header',
      description: 'The ETag of an earlier answer: 304 where nothing has changed.',
      schema: { type: 'string' },
    },
  ] as const
  const notModified = { 304: { description: 'Nothing has changed.' } }

  return [
    {
      method: 'get',
      path: '/api/v1/config',
      access: 'tenant',
      right: 'config:read',
      effect: 'reads',
      inTurns: true,
      operation: {
        id: 'get-config',
        summary: "The tenant's whole configuration",
        tag: 'tenant',
        parameters,
        responses: { 200: { description: 'The configuration.', schema: CONFIG_ANSWER }, ...notModified },
        problems: ['config-invalid', ...REVISION_PROBLEMS],
      },
      handle: atRevision(whole),
    },
    {
      method: 'get',
      path: '/api/v1/config/{pointer+}',
      access: 'tenant',
      right: 'config:read',
      effect: 'reads',
      inTurns: true,
      operation: {
        id: 'get-config-value',
        summary: 'One value of the configuration',
        description: 'The path after `/config` is a JSON pointer: the file, then the keys in it.',
        tag: 'tenant',
        parameters: [
          {
            name: 'pointer',
            in: 'path',
            description: 'A file of config/ without its extension, then the keys: `features/beta`.',
            schema: { type: 'string' },
          },
          ...parameters,
        ],
        responses: { 200: { description: 'The value.', schema: {} }, ...notModified },
        problems: ['config-not-found', 'config-invalid', ...REVISION_PROBLEMS],
      },
      handle: atRevision(one),
    },
  ]
}

/** Says what there is, at the last place on the way to `pointer` that there is. */
function nothingAt(pointer: string, config: Snapshot['config']): AppError {
  const tokens = pointerTokens(pointer)
  while (valueAt(config, tokens) === undefined) tokens.pop()
  const found = valueAt(config, tokens)
  const place = tokens.reduce<string>(childPointer, '') || 'The top'
  const known = isJsonObject(found) ? Object.keys(found).slice(0, MAX_NAMED).join(', ') : ''
  const there = Array.isArray(found) ? `${found.length} items` : known || 'nothing below it'
  return new AppError('config-not-found', {
    detail: `The configuration has nothing at ${pointer}. ${place} has: ${there}.`,
  })
}

/** Keys that a refusal names. */
const MAX_NAMED = 20

/** The commit; with the refused one beside it where there is one, since the body names that too. */
const etagOf = (served: Served, { revision }: Snapshot): string =>
  served.kind === 'degraded' ? `"${revision}.${served.refused.revision}"` : `"${revision}"`

/** The answer as JSON text. Nearly all of it is of tools and workflows that other tenants have as well. */
function configText(served: Served, { revision, tools, workflows, config }: Snapshot): string {
  const refused = served.kind === 'degraded' ? served.refused : undefined
  return objectText({
    revision: JSON.stringify(revision),
    valid: JSON.stringify(served.kind === 'live'),
    tools: listText(Array.from(tools.values(), toolText)),
    workflows: listText(Array.from(workflows.values(), workflowText)),
    config: JSON.stringify(config),
    ...(refused
      ? { refused: JSON.stringify({ revision: refused.revision, errors: problemItems(refused.problems) }) }
      : {}),
  })
}

const objectText = (members: Readonly<Record<string, string>>): string =>
  `{${Object.entries(members)
    .map(([name, text]) => `"${name}":${text}`)
    .join(',')}}`

const listText = (texts: readonly string[]): string => `[${texts.join(',')}]`

const toolText = writtenOnce(toolSummary)
const workflowText = writtenOnce(workflowSummary)

/** The JSON text of what `describe` says of a definition, kept for as long as somebody has the definition. */
function writtenOnce<T extends object>(describe: (definition: T) => object): (definition: T) => string {
  const texts = new WeakMap<T, string>()
  return (definition) => {
    const known = texts.get(definition)
    if (known !== undefined) return known
    const text = JSON.stringify(describe(definition))
    texts.set(definition, text)
    return text
  }
}
