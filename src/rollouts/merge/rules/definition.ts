/** `config/merge.yaml` on `main`: its JSON Schema, and the same as a type. */

export const MERGE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: '/schemas/merge.json',
  title: 'Merge rules',
  description:
    'Who decides where both `main` and a branch changed a file, and how lists are merged. It counts on `main` only.',
  type: 'object',
  additionalProperties: false,
  properties: {
    rules: {
      type: 'array',
      maxItems: 500,
      description: 'Where several rules say something of one place the last one counts.',
      items: {
        type: 'object',
        required: ['path'],
        additionalProperties: false,
        anyOf: [{ required: ['owner'] }, { required: ['list'] }],
        dependentRequired: { list: ['pointer'] },
        properties: {
          path: {
            type: 'string',
            maxLength: 500,
            pattern: '^[^/]+(?:/[^/]+)*/?$',
            description:
              'The files that are meant: `*` stands for any part of a name, and a `/` at the end for all files below.',
            examples: ['config/limits.yaml', 'tools/*.json', 'prompts/'],
          },
          pointer: {
            type: 'string',
            maxLength: 500,
            pattern: '^(?:/(?:[^~/]|~[01])*)*$',
            description:
              'The place in the file, as a JSON Pointer (RFC 6901) in which `*` stands for any one key or item; the ' +
              'whole file where this is left out.',
            examples: ['/limits', '/stages/*/timeout'],
          },
          owner: {
            enum: ['tenant', 'platform', 'merge'],
            description:
              'Whose version stands, there and below: `tenant` is the branch, `platform` is `main`, and `merge` takes ' +
              'the changes of both, as everywhere that no rule speaks of.',
          },
          list: {
            description:
              'How a list is merged: `atomic` is taken whole, a `set` takes what either side adds, in an `ordered` list ' +
              'the places matter, and the items of `map` are known by the members named.',
            anyOf: [
              { enum: ['atomic', 'set', 'ordered'] },
              {
                type: 'object',
                required: ['map'],
                additionalProperties: false,
                properties: {
                  map: {
                    type: 'array',
                    minItems: 1,
                    maxItems: 10,
                    items: { type: 'string', minLength: 1, maxLength: 200 },
                    description: 'Members that together name an item.',
                    examples: [['host', 'port']],
                  },
                },
              },
            ],
          },
        },
      },
    },
  },
} as const

/** One rule, as it is written. */
export type MergeRule = {
  path: string
  pointer?: string
  owner?: 'tenant' | 'platform' | 'merge'
  list?: 'atomic' | 'set' | 'ordered' | { map: readonly string[] }
}
