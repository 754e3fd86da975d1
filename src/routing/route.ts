/** What free text leads to. Pure data: the answer of a router, and what a router is built from. */
import type { JsonObject } from '../kernel/json.ts'

export type TargetKind = 'tool' | 'workflow'
export type RouteTarget = { kind: TargetKind; name: string }

/** What routing reads of a tool or workflow. */
export type Described = {
  name: string
  description?: string
  patterns: readonly string[]
  examples: readonly string[]
  /** JSON Schema of the input: gives the slots of a pattern their types. */
  input?: JsonObject
}

/** All that a text can lead to, by name. One object for each definition, whichever tenants have it. */
export type Definitions = Readonly<Record<TargetKind, ReadonlyMap<string, Described>>>

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
