import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Json } from '../../src/kernel/json.ts'
import { compileWorkflow } from '../../src/workflows/compile.ts'
import { workflowOf } from './programs.ts'

const INVALID = new URL('testdata/invalid/', import.meta.url)

/** For each broken rule, in the file named after it: where the first violation is, and a word that says what to do. */
const BROKEN: Readonly<Record<string, readonly [pointer: string, says: RegExp]>> = {
  'fixed-inputs-a-list': ['/stages/0/extract', /a map or null/],
  'group-inside-of-a-group': ['/stages/0/activities/0', /make a workflow/],
  'group-timeout-of-two-days': ['/stages/0/timeout', /1d/],
  'group-with-empty-activities': ['/stages/0/activities', /1/],
  'group-without-a-name': ['/stages/0/name', /name/],
  'group-without-activities': ['/stages/0/activities', /activities/],
  'input-with-a-remote-ref': ['/input/$ref', /./],
  'name-missing': ['/name', /name/],
  'name-with-a-space': ['/name', /a letter and/],
  'parallel-as-a-verb': ['/stages/0/parallel', /activities/],
  'parallel-not-a-boolean': ['/stages/0/parallel', /true or false/],
  'pattern-with-an-open-slot': ['/patterns/0', /brace/],
  'stage-a-number': ['/stages/0', /name of a tool/],
  'stage-an-empty-map': ['/stages/0', /one key/],
  'stage-an-empty-name': ['/stages/0', /name of a tool/],
  'stage-with-two-keys': ['/stages/0', /one key/],
  'stages-empty': ['/stages', /1/],
  'stages-missing': ['/stages', /stages/],
  'stages-not-a-list': ['/stages', /list/],
  'task-queue': ['/task_queue', /volcano-<tenant>/],
  'timeout-a-number': ['/timeout', /"90s"/],
  'timeout-of-two-days': ['/timeout', /1d/],
  'timeout-without-a-unit': ['/timeout', /"90s"/],
  'too-many-stages': ['/stages', /100/],
  'tool-as-a-verb': ['/stages/0/tool', /name of the tool/],
  'unknown-member': ['/catgory', /category/],
  'unknown-member-of-a-group': ['/stages/0/paralel', /parallel/],
  'wait-in-a-group': ['/stages/0/activities/0/wait', /remove it/],
}

describe('a definition that breaks a rule', () => {
  const files = readdirSync(INVALID).map((file) => file.replace('.yaml', ''))

  test('every rule has its file and every file its rule', () => {
    expect(files.sort()).toEqual(Object.keys(BROKEN).sort())
  })

  test.each(Object.entries(BROKEN))('%s', (file, [pointer, says]) => {
    const compiled = compileWorkflow(parse(readFileSync(new URL(`${file}.yaml`, INVALID), 'utf8')) as Json)
    if (compiled.kind !== 'invalid') throw new Error('was accepted')
    expect(compiled.violations.map((violation) => violation.pointer)).toContain(pointer)
    expect(compiled.violations.find((violation) => violation.pointer === pointer)!.detail).toMatch(says)
    // One mistake is told once.
    expect(compiled.violations).toHaveLength(1)
  })

  test('every mistake of a file is told at once', () => {
    const compiled = compileWorkflow({ stages: [{ wait: '10m' }, 12], timeout: 90, task_queue: 'x' })
    if (compiled.kind !== 'invalid') throw new Error('was accepted')
    expect(compiled.violations.map(({ pointer }) => pointer).sort()).toEqual([
      '/name',
      '/stages/0/wait',
      '/stages/1',
      '/task_queue',
      '/timeout',
    ])
  })

  test.each([null, 12, 'GlobexSOXCompliance', [], ['a']])('%j is no workflow', (value) => {
    expect(compileWorkflow(value as Json).kind).toBe('invalid')
  })
})

describe('a good definition', () => {
  test('of names alone has the defaults', () => {
    const { checkInput, ...workflow } = workflowOf('{name: Close, stages: [verify, file]}')
    expect(workflow).toEqual({
      name: 'Close',
      patterns: [],
      examples: [],
      timeoutMs: 60_000,
      stages: [
        { kind: 'call', name: 'verify', uses: 'verify', fixed: {} },
        { kind: 'call', name: 'file', uses: 'file', fixed: {} },
      ],
      uses: [
        { pointer: '/stages/0', part: 'value', name: 'verify' },
        { pointer: '/stages/1', part: 'value', name: 'file' },
      ],
    })
    expect(checkInput({ any: 'thing' })).toEqual([])
  })

  test('may use every member', () => {
    const { stages, checkInput, ...workflow } = workflowOf(`
      name: Close
      version: "2.1"
      description: Closes the books
      category: finance
      patterns: ["close the books of {month}"]
      examples: [month end]
      input: {type: object, required: [month], properties: {month: {type: string}}}
      timeout: 2h
      stages:
        - extract: {source: orders}
        - load:
        - name: checks
          description: Both at once
          activities: [limits, {ratios: {max: 3}}]
          parallel: true
          continue_on_error: true
          timeout: 500ms
    `)
    expect(workflow).toMatchObject({
      version: '2.1',
      category: 'finance',
      patterns: ['close the books of {month}'],
      examples: ['month end'],
      timeoutMs: 7_200_000,
    })
    expect(stages).toEqual([
      { kind: 'call', name: 'extract', uses: 'extract', fixed: { source: 'orders' } },
      { kind: 'call', name: 'load', uses: 'load', fixed: {} },
      {
        kind: 'group',
        name: 'checks',
        description: 'Both at once',
        parallel: true,
        continueOnError: true,
        timeoutMs: 500,
        activities: [
          { kind: 'call', name: 'limits', uses: 'limits', fixed: {} },
          { kind: 'call', name: 'ratios', uses: 'ratios', fixed: { max: 3 } },
        ],
      },
    ])
    expect(checkInput({ month: 'May' })).toEqual([])
    expect(checkInput({})).toHaveLength(1)
  })

  test('gives a repeated name the first free number', () => {
    const { stages } = workflowOf('{name: Close, stages: [a, a_2, a, {name: a, activities: [a, a]}]}')
    expect(stages.map(({ name }) => name)).toEqual(['a', 'a_2', 'a_3', 'a_4'])
    expect(stages[3]).toMatchObject({ activities: [{ name: 'a' }, { name: 'a_2', uses: 'a' }] })
  })
})
