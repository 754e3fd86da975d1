/** JSON Merge Patch (RFC 7396). Pure. */
import { isJsonObject, type Json, type JsonObject } from './json.ts'

/** `patch` laid over `target`: members that are null go, maps are merged, anything else takes the place of what was. */
export function mergePatch(target: Json | undefined, patch: JsonObject): JsonObject {
  const merged: Record<string, Json> = isJsonObject(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name]
    else merged[name] = isJsonObject(value) ? mergePatch(own(merged, name), value) : value
  }
  return merged
}

const own = (object: Record<string, Json>, name: string): Json | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined
