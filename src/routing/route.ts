/** What free text leads to. Pure data: the answer of a router, and what a router is built from. */
import type { JsonObject } from '../kernel/json.ts'

export type RouteTarget = { kind: 'tool' | 'workflow'; name: string }

export type Routable = RouteTarget & {
  description?: string
  patterns: readonly string[]
  examples: readonly string[]
  /** JSON Schema of the input: gives the slots of a pattern their types. */
  input?: JsonObject
}

export type Candidate = RouteTarget & { confidence: number }

export type Route =
  | {
      kind: 'match'
      target: RouteTarget
      method: 'exact' | 'pattern' | 'search'
      /** 0 to 1. */
      confidence: number
      /** What the slots gave, typed by the target's input schema. */
      arguments: JsonObject
    }
  /** Two or more fit about as well. Best first. */
  | { kind: 'ambiguous'; candidates: readonly Candidate[] }
  /** Nothing fits; the nearest names, best first, for the message. */
  | { kind: 'none'; nearest: readonly Candidate[] }

export type Router = { route(text: string): Route }
