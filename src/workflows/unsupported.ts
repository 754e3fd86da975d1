/**
 * Forms that other workflow languages have and this one does not run. Each is refused with a word on what to write
 * instead, because a member that is accepted and ignored is a promise that nobody keeps.
 */
import type { Violation } from '../documents/violation.ts'
import { childPointer, isJsonObject, type Json } from '../kernel/json.ts'

const MEMBERS: Readonly<Record<string, string>> = {
  task_queue: 'remove it, as the queue of a tenant is always "volcano-<tenant>"',
  max_duration: 'write `timeout`, such as "90s"',
  retry_policy: 'remove it, as a stage runs once',
  hooks: 'put what should run first or last among the stages',
  inputs: 'write `input`, a JSON Schema',
  steps: 'write `stages`',
}

/** Verbs of a stage that is a map; `workflow` and `tool` would only repeat what the plain name says. */
const VERBS: Readonly<Record<string, string>> = {
  tool: 'write the name of the tool itself',
  workflow: 'write the name of the workflow itself',
  parallel: 'write {name, activities: [...], parallel: true} for a group that runs at the same time',
  foreach: 'write its calls one by one',
  wait: 'remove it, a run waits for nothing but its tools',
  approve: 'remove it, a run asks nobody',
}

/** A form that does not run; `covers` are the places that it spoils, of which nothing else needs to be said. */
export type UnsupportedForm = { violation: Violation; covers: readonly string[] }

/** Every member and stage of `value` that is a known form of elsewhere; `value` need not be valid in any other way. */
export function unsupportedForms(value: Json): UnsupportedForm[] {
  if (!isJsonObject(value)) return []
  const members = Object.keys(value).flatMap((key) => {
    const hint = Object.hasOwn(MEMBERS, key) ? MEMBERS[key] : undefined
    const pointer = childPointer('', key)
    // Whoever wrote the one is not told that the other is missing, too.
    const covers = key === 'steps' && !Object.hasOwn(value, 'stages') ? [pointer, '/stages'] : [pointer]
    return hint === undefined ? [] : [unsupported(pointer, covers, `\`${key}\` has no meaning here; ${hint}.`)]
  })
  return [...members, ...eachItem(value.stages, '/stages', inStage)]
}

function inStage(stage: Json, pointer: string): UnsupportedForm[] {
  if (!isJsonObject(stage) || !(Object.hasOwn(stage, 'name') || Object.hasOwn(stage, 'activities'))) {
    return inCall(stage, pointer)
  }
  return eachItem(stage.activities, `${pointer}/activities`, (activity, at) =>
    isJsonObject(activity) && Object.hasOwn(activity, 'activities') ? [groupInGroup(at)] : inCall(activity, at),
  )
}

function inCall(call: Json, pointer: string): UnsupportedForm[] {
  if (!isJsonObject(call)) return []
  const verb = Object.keys(call).find((key) => Object.hasOwn(VERBS, key))
  if (verb === undefined) return []
  return [unsupported(childPointer(pointer, verb), [pointer], `\`${verb}:\` is no stage here; ${VERBS[verb]}.`)]
}

const groupInGroup = (pointer: string): UnsupportedForm => ({
  violation: {
    pointer,
    code: 'unsupported-form',
    detail: 'A group holds no other group: make a workflow of the inner one and name it here.',
  },
  covers: [pointer],
})

const unsupported = (pointer: string, covers: readonly string[], detail: string): UnsupportedForm => ({
  violation: { pointer, code: 'unsupported-form', detail, part: 'key' },
  covers,
})

const eachItem = <Found>(
  list: Json | undefined,
  pointer: string,
  look: (item: Json, at: string) => Found[],
): Found[] => (Array.isArray(list) ? list.flatMap((item, index) => look(item, childPointer(pointer, index))) : [])
