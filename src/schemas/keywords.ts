/** The vocabulary of JSON Schema 2020-12 as far as tenants may use it: where subschemas stand, and what is refused why. */

/** Where the subschemas of a keyword stand, and whether they apply to the same value or to a part of it. */
type Keyword = { holds: 'nothing' } | { holds: 'schema' | 'list' | 'map'; appliesTo: 'same' | 'part' | 'nobody' }

const plain = (...names: string[]): [string, Keyword][] => names.map((name) => [name, { holds: 'nothing' }])

export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['allOf', { holds: 'list', appliesTo: 'same' }],
  ['anyOf', { holds: 'list', appliesTo: 'same' }],
  ['oneOf', { holds: 'list', appliesTo: 'same' }],
  ['not', { holds: 'schema', appliesTo: 'same' }],
  ['if', { holds: 'schema', appliesTo: 'same' }],
  ['then', { holds: 'schema', appliesTo: 'same' }],
  ['else', { holds: 'schema', appliesTo: 'same' }],
  ['dependentSchemas', { holds: 'map', appliesTo: 'same' }],
  ['properties', { holds: 'map', appliesTo: 'part' }],
  ['patternProperties', { holds: 'map', appliesTo: 'part' }],
  ['additionalProperties', { holds: 'schema', appliesTo: 'part' }],
  ['unevaluatedProperties', { holds: 'schema', appliesTo: 'part' }],
  ['propertyNames', { holds: 'schema', appliesTo: 'part' }],
  ['items', { holds: 'schema', appliesTo: 'part' }],
  ['prefixItems', { holds: 'list', appliesTo: 'part' }],
  ['contains', { holds: 'schema', appliesTo: 'part' }],
  ['unevaluatedItems', { holds: 'schema', appliesTo: 'part' }],
  ['$defs', { holds: 'map', appliesTo: 'nobody' }],
  ['contentSchema', { holds: 'schema', appliesTo: 'nobody' }],
  ...plain(
    '$comment',
    '$ref',
    '$schema',
    'const',
    'contentEncoding',
    'contentMediaType',
    'default',
    'dependentRequired',
  ),
  ...plain(
    'deprecated',
    'description',
    'enum',
    'examples',
    'exclusiveMaximum',
    'exclusiveMinimum',
    'format',
    'maxContains',
  ),
  ...plain(
    'maxItems',
    'maxLength',
    'maxProperties',
    'maximum',
    'minContains',
    'minItems',
    'minLength',
    'minProperties',
  ),
  ...plain('minimum', 'multipleOf', 'pattern', 'readOnly', 'required', 'title', 'type', 'uniqueItems', 'writeOnly'),
])

const OWN_NAMES = 'refer to a schema of this file with `$ref: "#/$defs/<name>"`'

/** Keywords that exist somewhere and are not taken here, with what to do instead. */
export const REFUSED_KEYWORDS: ReadonlyMap<string, string> = new Map([
  ['$id', `schemas here have no address; ${OWN_NAMES}`],
  ['$anchor', OWN_NAMES],
  ['$dynamicAnchor', OWN_NAMES],
  ['$dynamicRef', OWN_NAMES],
  ['$recursiveAnchor', OWN_NAMES],
  ['$recursiveRef', OWN_NAMES],
  ['$vocabulary', 'a schema here describes values, not other schemas'],
  ['$data', 'a schema may not take its limits from the value that it checks'],
  ['definitions', 'JSON Schema 2020-12 calls it `$defs`'],
  ['dependencies', 'JSON Schema 2020-12 calls it `dependentRequired` or `dependentSchemas`'],
  ['additionalItems', 'JSON Schema 2020-12 writes `prefixItems` with `items`'],
  ['discriminator', 'use `oneOf` with a `const` in each branch'],
  ['example', 'use `examples` with a list'],
  ['id', 'schemas here have no address'],
  ['nullable', 'use `type` with a list, such as `["string", "null"]`'],
])

/** The one dialect; `$schema` may name it. */
export const DIALECT = 'https://json-schema.org/draft/2020-12/schema'
