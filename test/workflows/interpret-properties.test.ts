import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { AppError } from '../../src/kernel/errors.ts'
import type { StageRecord } from '../../src/workflows/stage-record.ts'
import type { Stage } from '../../src/workflows/workflow.ts'
import { done, runYaml, type ToolFunction, workflowOf } from './programs.ts'

/** Tools by what they do; the same few names again and again, so that repeated names occur. */
const TOOLS = ['good', 'later', 'bad', 'worse'] as const

const call = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('good', 'later') },
  { weight: 1, arbitrary: fc.constantFrom('bad', 'worse') },
  { weight: 1, arbitrary: fc.constantFrom<(typeof TOOLS)[number]>(...TOOLS).map((name) => ({ [name]: { fixed: 1 } })) },
)
const group = fc.record({
  name: fc.constantFrom('g', 'h', 'good'),
  parallel: fc.boolean(),
  continue_on_error: fc.boolean(),
  activities: fc.array(call, { minLength: 1, maxLength: 4 }),
})
const definition = fc.record({
  name: fc.constant('Random'),
  stages: fc.array(fc.oneof(call, group), { minLength: 1, maxLength: 6 }),
})

const failing = (record: StageRecord): boolean => record.status === 'failed'
const ran = (record: StageRecord): boolean => record.status !== 'skipped'

/** Names and kinds of a definition in the words of a record. */
const shapeOf = (stage: Stage): unknown =>
  stage.kind === 'group' ? [stage.name, 'group', stage.activities.map(shapeOf)] : [stage.name, 'tool', undefined]
const recordShape = ({ name, kind, activities }: StageRecord): unknown => [name, kind, activities?.map(recordShape)]

test('the records mirror the definition, and nothing runs after what stops it', async () => {
  await fc.assert(
    fc.asyncProperty(definition, async (value) => {
      const yaml = stringify(value)
      const { stages } = workflowOf(yaml)
      const paths: string[] = []
      const fail = (): never => {
        throw new AppError('tool-failed', { detail: 'No.' })
      }
      const noting =
        (tool: ToolFunction): ToolFunction =>
        (toolCall, place) => {
          paths.push(place.path)
          return tool(toolCall, place)
        }
      const result = await runYaml({
        workflows: [yaml],
        tools: {
          good: noting(() => done('good')),
          later: noting(() => Promise.resolve(done('later'))),
          bad: noting(fail),
          worse: noting(() => Promise.resolve().then(fail)),
        },
      })

      expect(result.stages.map(recordShape)).toEqual(stages.map(shapeOf))

      const stop = stages.findIndex((stage, index) => {
        const goesOn = stage.kind === 'group' && stage.continueOnError
        return failing(result.stages[index]!) && !goesOn
      })
      expect(result.status).toBe(stop < 0 ? 'completed' : 'failed')
      expect(result.stages.map(ran)).toEqual(stages.map((_, index) => stop < 0 || index <= stop))

      for (const [index, stage] of stages.entries()) {
        const record = result.stages[index]!
        if (stage.kind !== 'group' || !ran(record)) continue
        const activities = record.activities!
        const first = activities.findIndex(failing)
        expect(failing(record)).toBe(first >= 0)
        const last = stage.parallel || first < 0 ? activities.length - 1 : first
        expect(activities.map(ran)).toEqual(activities.map((_, at) => at <= last))
      }

      // Every call that ran was made once, in the order of the definition.
      const recorded = result.stages.flatMap((record) =>
        record.activities
          ? record.activities.filter(ran).map(({ name }) => `${record.name}/${name}`)
          : ran(record)
            ? [record.name]
            : [],
      )
      expect(paths).toEqual(recorded)
      expect(Object.keys(result.output)).toEqual(
        result.stages.filter(({ status }) => status === 'completed').map(({ name }) => name),
      )
    }),
    { numRuns: 100 },
  )
})
