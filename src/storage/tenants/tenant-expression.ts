/** What a tenant's query may be made of, apart from its tables. Everything that is not listed here is refused. Pure. */
import { type AggregateFunctionNode, isOperator, type OperationNode, type TableNode } from 'kysely'

/** Nodes that hold nothing but such nodes, and cannot name a table. */
const INNER: ReadonlySet<string> = new Set([
  'AggregateFunctionNode',
  'AliasNode',
  'AndNode',
  'BinaryOperationNode',
  'CaseNode',
  'ColumnUpdateNode',
  'FunctionNode',
  'GroupByItemNode',
  'GroupByNode',
  'HavingNode',
  'LimitNode',
  'OffsetNode',
  'OnNode',
  'OrNode',
  'OrderByItemNode',
  'OrderByNode',
  'OverNode',
  'ParensNode',
  'PartitionByItemNode',
  'PartitionByNode',
  'ReturningNode',
  'SelectionNode',
  'SetOperationNode',
  'TupleNode',
  'UnaryOperationNode',
  'ValueListNode',
  'WhenNode',
  'WhereNode',
])

/** Functions that compute from their arguments alone: others may read files, or run text as a query. */
const FUNCTIONS: ReadonlySet<string> = new Set([
  'abs',
  'avg',
  'coalesce',
  'count',
  'length',
  'lower',
  'max',
  'min',
  'round',
  'row_number',
  'sum',
  'upper',
])

/** Kysely writes the direction of an order as raw text; these are the texts that it writes. */
const DIRECTIONS: ReadonlySet<string> = new Set(['asc', 'desc'])

type Check = (node: never) => boolean

/** Nodes that have nothing to rewrite in them, and what makes each of them acceptable. */
const LEAVES: Readonly<Record<string, Check>> = {
  ColumnNode: () => true,
  IdentifierNode: () => true,
  OperatorNode: ({ operator }: { operator: string }) => isOperator(operator),
  PrimitiveValueListNode: () => true,
  RawNode: ({ sqlFragments, parameters }: { sqlFragments: readonly string[]; parameters: readonly unknown[] }) =>
    sqlFragments.length === 1 && parameters.length === 0 && DIRECTIONS.has(sqlFragments[0] ?? ''),
  ReferenceNode: ({ column, table }: { column: OperationNode; table?: TableNode }) =>
    (column.kind === 'ColumnNode' || column.kind === 'SelectAllNode') && table?.table.schema === undefined,
  SelectAllNode: () => true,
  // An immediate value goes into the text; numbers cannot say anything else there.
  ValueNode: ({ value, immediate }: { value: unknown; immediate?: boolean }) => !immediate || typeof value !== 'string',
}

/** Whether the node has others in it. @throws Error where it may not be part of a tenant's query */
export function isExpression(node: OperationNode): 'inner' | 'leaf' {
  const check = Object.hasOwn(LEAVES, node.kind) ? LEAVES[node.kind] : undefined
  if (check?.(node as never)) return 'leaf'
  if (!INNER.has(node.kind)) throw unknown(`a ${node.kind}`)
  const { func } = node as Partial<AggregateFunctionNode>
  if (func !== undefined && !FUNCTIONS.has(func)) throw unknown(`the function ${func}`)
  return 'inner'
}

/** @throws Error where the node has a clause that is not among `known` */
export function requireKeys(node: OperationNode, known: ReadonlySet<string>): void {
  for (const [key, value] of Object.entries(node)) {
    if (key !== 'kind' && value !== undefined && !known.has(key)) throw unknown(`the clause "${key}" of a ${node.kind}`)
  }
}

/** @throws Error for a table of another schema */
export function tableName({ table }: TableNode): string {
  if (table.schema) throw unknown(`the schema "${table.schema.name}"`)
  return table.identifier.name
}

export const unknown = (what: string): Error => new Error(`A tenant's query may not contain ${what}.`)
