/** Canaries: marks that each belong to one tenant, so that any text tells whose things are in it. */
import { createHash } from 'node:crypto'

/** What a tenant has of its own. Letters only. */
export const KINDS = [
  'id',
  'name',
  'label',
  'meta',
  'email',
  'person',
  'tool',
  'flow',
  'config',
  'commit',
  'file',
  'input',
  'session',
  'request',
  'idempotency',
  'keyname',
  'secretname',
  'secret',
] as const
export type Kind = (typeof KINDS)[number]

export type Canary = { tenant: number; kind: Kind; text: string }

const FORM = new RegExp(`zq(\\d)(${KINDS.join('|')})0[0-9a-f]{10}`, 'g')

/** @param tenant 0 to 9 */
export function canaryOf(tenant: number, kind: Kind): string {
  const digest = createHash('sha256').update(`${tenant} ${kind}`).digest('hex').slice(0, 10)
  return `zq${tenant}${kind}0${digest}`
}

/** Every canary in `text`, each once. */
export function canariesIn(text: string): Canary[] {
  const found = new Map<string, Canary>()
  for (const [match, tenant = '', kind = ''] of text.matchAll(FORM)) {
    found.set(match, { tenant: Number(tenant), kind: kind as Kind, text: match })
  }
  return [...found.values()]
}

const KEY_TEXT = /esp_[a-z0-9]{1,16}_[A-Za-z0-9]{6,}_[A-Za-z0-9]{20,}(?:_[A-Za-z0-9]+)?/g

/** The texts of API keys in `text`. */
export const keysIn = (text: string): string[] => text.match(KEY_TEXT) ?? []
