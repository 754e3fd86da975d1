/**
 * Narrows the tree of one query to one tenant. Pure.
 *
 * A table that a query reads becomes `(select * from t where tenant = ?) as t`, whatever joins it and how deep it lies;
 * databases fold that into the query around it, indexes and all. A table that it changes gets the condition in its own
 * `where`, a row that it adds gets the tenant.
 * Invariant: every table, expression and clause of the result was known by name here or in `tenant-expression.ts`.
 */
import {
  AliasNode,
  AndNode,
  BinaryOperationNode,
  ColumnNode,
  type DeleteQueryNode,
  FromNode,
  IdentifierNode,
  type InsertQueryNode,
  type JoinNode,
  type OnConflictNode,
  type OperationNode,
  OperatorNode,
  ParensNode,
  PrimitiveValueListNode,
  ReferenceNode,
  type RootOperationNode,
  SelectAllNode,
  SelectionNode,
  type SelectQueryNode,
  TableNode,
  type UpdateQueryNode,
  ValueListNode,
  ValueNode,
  ValuesNode,
  WhereNode,
  type WithNode,
} from 'kysely'
import { isExpression, requireKeys, tableName, unknown } from './tenant-expression.ts'

export type Narrowing = { tenant: string; tables: ReadonlySet<string> }

const COLUMN = 'tenant'
const NO_NAMES: ReadonlySet<string> = new Set()

/** @throws Error for a query that is not understood, names another table, or would write another tenant's row */
export function narrowed(root: RootOperationNode, { tenant, tables }: Narrowing): RootOperationNode {
  return query(root, NO_NAMES) as RootOperationNode

  /** @param names of the common table expressions in scope: what they read is narrowed where they are defined */
  function query(node: OperationNode, names: ReadonlySet<string>): OperationNode {
    switch (node.kind) {
      case 'SelectQueryNode':
        return select(node as SelectQueryNode, names)
      case 'InsertQueryNode':
        return insert(node as InsertQueryNode, names)
      case 'UpdateQueryNode':
        return update(node as UpdateQueryNode, names)
      case 'DeleteQueryNode':
        return remove(node as DeleteQueryNode, names)
      default:
        throw unknown(`a ${node.kind}`)
    }
  }

  function select(node: SelectQueryNode, outer: ReadonlySet<string>): SelectQueryNode {
    requireKeys(node, SELECT_CLAUSES)
    const { with: ctes, from, joins, ...rest } = node
    const names = namesWithin(ctes, outer)
    return {
      ...children(rest, names),
      ...common(ctes, outer),
      ...(from && { from: FromNode.create(from.froms.map((each) => source(each, names))) }),
      ...(joins && { joins: joins.map((each) => join(each, names)) }),
    }
  }

  function update(node: UpdateQueryNode, outer: ReadonlySet<string>): UpdateQueryNode {
    requireKeys(node, UPDATE_CLAUSES)
    const { with: ctes, table, from, joins, where, ...rest } = node
    if (!table) throw unknown('an update without a table')
    const names = namesWithin(ctes, outer)
    requireOwnUpdates(node.updates)
    return {
      ...children(rest, names),
      ...common(ctes, outer),
      table,
      ...(from && { from: FromNode.create(from.froms.map((each) => source(each, names))) }),
      ...(joins && { joins: joins.map((each) => join(each, names)) }),
      where: onlyOwn(target(table), where && expression(where, names)),
    }
  }

  function remove(node: DeleteQueryNode, outer: ReadonlySet<string>): DeleteQueryNode {
    requireKeys(node, DELETE_CLAUSES)
    const { with: ctes, from, where, ...rest } = node
    const [table, ...others] = from.froms
    if (!table || others.length > 0) throw unknown('a delete from several tables')
    const names = namesWithin(ctes, outer)
    return {
      ...children(rest, names),
      ...common(ctes, outer),
      from,
      where: onlyOwn(target(table), where && expression(where, names)),
    }
  }

  function insert(node: InsertQueryNode, outer: ReadonlySet<string>): InsertQueryNode {
    requireKeys(node, INSERT_CLAUSES)
    const { with: ctes, into, columns, values, onConflict, ...rest } = node
    if (!into || !columns || !values || !ValuesNode.is(values)) throw unknown('an insert without rows of its own')
    const names = namesWithin(ctes, outer)
    const at = columns.findIndex(isTenantColumn)
    return {
      ...children(rest, names),
      ...common(ctes, outer),
      into,
      columns: at < 0 ? [...columns, ColumnNode.create(COLUMN)] : columns,
      values: ValuesNode.create(values.values.map((row) => ownRow(row, { at, width: columns.length, names }))),
      ...(onConflict && { onConflict: ownConflict(onConflict, target(into), names) }),
    }
  }

  /** The row with the tenant in place `at`, or behind the others where it has none. */
  function ownRow(
    row: ValuesNode['values'][number],
    { at, width, names }: { at: number; width: number; names: ReadonlySet<string> },
  ): ValuesNode['values'][number] {
    if (row.values.length !== width) throw unknown('a row that is shorter or longer than its columns')
    if (PrimitiveValueListNode.is(row)) {
      if (at < 0) return PrimitiveValueListNode.create([...row.values, tenant])
      if (row.values[at] !== tenant) throw foreignRow()
      return row
    }
    const values = row.values.map((value) => expression(value, names))
    if (at < 0) return ValueListNode.create([...values, ValueNode.create(tenant)])
    const given = values[at]
    if (!given || !ValueNode.is(given) || given.value !== tenant) throw foreignRow()
    return ValueListNode.create(values)
  }

  /** A row that stands in the way may be another tenant's, where a unique key leaves the tenant out. */
  function ownConflict(node: OnConflictNode, table: string, names: ReadonlySet<string>): OnConflictNode {
    requireKeys(node, CONFLICT_CLAUSES)
    if (!node.updates) return node
    requireOwnUpdates(node.updates)
    const { updateWhere, updates } = node
    return {
      ...node,
      updates: updates.map((each) => ({ ...each, value: expression(each.value, names) })),
      updateWhere: onlyOwn(table, updateWhere && expression(updateWhere, names)),
    }
  }

  /** A table or subquery in `from` or `join`. */
  function source(node: OperationNode, names: ReadonlySet<string>): OperationNode {
    if (TableNode.is(node)) return read(node, tableName(node), names)
    if (!AliasNode.is(node) || !IdentifierNode.is(node.alias)) throw unknown(`a ${node.kind} to read from`)
    if (TableNode.is(node.node)) return read(node.node, node.alias.name, names)
    return AliasNode.create(query(node.node, names), node.alias)
  }

  function read(table: TableNode, alias: string, names: ReadonlySet<string>): OperationNode {
    const name = tableName(table)
    if (names.has(name)) return name === alias ? table : AliasNode.create(table, IdentifierNode.create(alias))
    requireTenantTable(name)
    const own: SelectQueryNode = {
      kind: 'SelectQueryNode',
      from: FromNode.create([TableNode.create(name)]),
      selections: [SelectionNode.create(SelectAllNode.create())],
      where: onlyOwn(name, undefined),
    }
    return AliasNode.create(own, IdentifierNode.create(alias))
  }

  function join(node: JoinNode, names: ReadonlySet<string>): JoinNode {
    if (!JOINS.has(node.joinType)) throw unknown(`a join of type ${node.joinType}`)
    requireKeys(node, JOIN_CLAUSES)
    return { ...node, table: source(node.table, names), ...(node.on && { on: expression(node.on, names) }) }
  }

  /** The name under which the table to change is known within its query. */
  function target(node: OperationNode): string {
    const table = AliasNode.is(node) ? node.node : node
    if (!TableNode.is(table)) throw unknown(`a ${table.kind} to change`)
    requireTenantTable(tableName(table))
    if (!AliasNode.is(node)) return tableName(table)
    if (!IdentifierNode.is(node.alias)) throw unknown(`a ${node.alias.kind} as an alias`)
    return node.alias.name
  }

  function onlyOwn(alias: string, where: WhereNode | undefined): WhereNode {
    const column = ReferenceNode.create(ColumnNode.create(COLUMN), TableNode.create(alias))
    const own = BinaryOperationNode.create(column, OperatorNode.create('='), ValueNode.create(tenant))
    return WhereNode.create(where ? AndNode.create(own, ParensNode.create(where.where)) : own)
  }

  /** The common table expressions, each seeing those before it. */
  function common(ctes: WithNode | undefined, outer: ReadonlySet<string>): { with?: WithNode } {
    if (!ctes) return {}
    if (ctes.recursive) throw unknown('a recursive query')
    const names = new Set(outer)
    const expressions = ctes.expressions.map((each) => {
      const own = { ...each, expression: query(each.expression, new Set(names)) }
      names.add(tableName(each.name.table))
      return own
    })
    return { with: { ...ctes, expressions } }
  }

  function expression<T extends OperationNode>(node: T, names: ReadonlySet<string>): T {
    if (QUERIES.has(node.kind)) return query(node, names) as OperationNode as T
    return isExpression(node) === 'leaf' ? node : children(node, names)
  }

  /** The node with every node in it rewritten. */
  function children<T extends OperationNode>(node: T, names: ReadonlySet<string>): T {
    const map = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(map)
      return isNode(value) ? expression(value, names) : value
    }
    return { ...node, ...Object.fromEntries(Object.entries(node).map(([key, value]) => [key, map(value)])) }
  }

  function requireTenantTable(name: string): void {
    if (!tables.has(name)) throw unknown(`the table "${name}"`)
  }
}

/** What the query itself may name, beside what the queries around it may. */
const namesWithin = (ctes: WithNode | undefined, outer: ReadonlySet<string>): ReadonlySet<string> =>
  ctes ? new Set([...outer, ...ctes.expressions.map(({ name }) => tableName(name.table))]) : outer

function requireOwnUpdates(updates: UpdateQueryNode['updates'] = []): void {
  for (const { column } of updates) {
    if (!ColumnNode.is(column)) throw unknown(`a ${column.kind} to set`)
    if (isTenantColumn(column)) throw new Error('A row cannot be moved to another tenant.')
  }
}

/** Databases take a name in any case. */
const isTenantColumn = ({ column }: ColumnNode): boolean => column.name.toLowerCase() === COLUMN

const foreignRow = (): Error => new Error("A row of another tenant cannot be added through this tenant's database.")

const isNode = (value: unknown): value is OperationNode =>
  typeof value === 'object' && value !== null && typeof (value as Partial<OperationNode>).kind === 'string'

const QUERIES: ReadonlySet<string> = new Set([
  'SelectQueryNode',
  'InsertQueryNode',
  'UpdateQueryNode',
  'DeleteQueryNode',
])
const JOINS: ReadonlySet<string> = new Set(['InnerJoin', 'LeftJoin', 'RightJoin', 'FullJoin', 'CrossJoin'])

const SELECT_CLAUSES: ReadonlySet<string> = new Set([
  'with',
  'selections',
  'distinctOn',
  'from',
  'joins',
  'where',
  'groupBy',
  'having',
  'setOperations',
  'orderBy',
  'limit',
  'offset',
])
const UPDATE_CLAUSES: ReadonlySet<string> = new Set(['with', 'table', 'from', 'joins', 'updates', 'where', 'returning'])
const DELETE_CLAUSES: ReadonlySet<string> = new Set(['with', 'from', 'where', 'returning'])
const INSERT_CLAUSES: ReadonlySet<string> = new Set(['with', 'into', 'columns', 'values', 'onConflict', 'returning'])
const CONFLICT_CLAUSES: ReadonlySet<string> = new Set(['columns', 'constraint', 'updates', 'updateWhere', 'doNothing'])
const JOIN_CLAUSES: ReadonlySet<string> = new Set(['joinType', 'table', 'on'])
