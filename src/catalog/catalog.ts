/**
 * A schema in memory, as the files of a history make it. Plain data, so that it can be stored and
 * compared; what changes it is in replay/, what asks it in find.ts.
 *
 * Everything that a file says is there. What only a running server could know is not (what a DO
 * block or a module did): `gaps` says so, and whoever asks decides what that means.
 */
import type { Node } from "@pgsql/types";

/** What temporary relations are in, whatever the server calls their schema. */
export const TEMPORARY_SCHEMA = "pg_temp";

/** `schema.name`, with a NUL between the two, so that no name can be two. */
export type RelationKey = string & { readonly brand: "RelationKey" };

export interface Catalog {
  readonly relations: Map<RelationKey, Relation>;
  readonly types: Map<RelationKey, UserType>;
  /** By schema and name; overloads in one list. */
  readonly functions: Map<RelationKey, FunctionDefinition[]>;
  readonly schemas: Set<string>;
  readonly extensions: Set<string>;
  /** As the role has it unless configured, or as a SET of the file left it. */
  searchPath: readonly string[];
  /** What RESET and SET … TO DEFAULT go back to. */
  readonly defaultSearchPath: readonly string[];
  /** What to go back to when the step with the SET LOCAL is over. */
  localSearchPath?: { readonly step: number; readonly before: readonly string[] };
  /** Temporary tables with ON COMMIT DROP, as long as their step lasts. */
  droppedAtCommit?: { readonly step: number; readonly tables: RelationKey[] };
  /**
   * Who points to a relation: foreign keys, views, sequences of its columns, tables of its type.
   * Some may do so no longer; whoever asks looks for himself.
   */
  readonly dependents: Map<RelationKey, Set<RelationKey>>;
  /** How many constraints of a schema have a name: the server numbers its own names around them. */
  readonly constraintNames: Map<RelationKey, number>;
  /** Counts what commits together: a file in one transaction, or one statement. */
  step: number;
  readonly gaps: Gap[];
}

/** What the catalog cannot know, and from which file on. */
export interface Gap {
  readonly file: string;
  readonly reason: "module" | "code" | "opaque" | "extension" | "psql";
}

export type Relation = Table | View | Index | OtherRelation;

interface RelationBase {
  key: RelationKey;
  schema: string;
  name: string;
  /** The step that made it. In that step nobody else can see it. */
  readonly madeIn: number;
}

export interface Table extends RelationBase {
  readonly kind: "table" | "partitioned-table" | "foreign-table";
  columns: Column[];
  constraints: Constraint[];
  /** Keys of its indexes; those of constraints too. */
  indexes: RelationKey[];
  triggers: Trigger[];
  policies: string[];
  rules: string[];
  rowSecurity: boolean;
  persistence: "permanent" | "unlogged" | "temporary";
  replicaIdentity: "default" | "nothing" | "full" | "index";
  /** Lower-case words: `range`, `list`, `hash`; expressions as nodes. */
  partitionKey?: { readonly strategy: string; columns: readonly (string | Node)[] };
  /** The parent of which it is a partition, and the bound; "default" for the default partition. */
  partitionOf?: { parent: RelationKey; readonly bound: Node | "default" };
  partitions: RelationKey[];
  /** The composite type of `CREATE TABLE … OF type`: its attributes are the columns. */
  ofType?: RelationKey;
  /** Plain inheritance. */
  inherits: RelationKey[];
  children: RelationKey[];
  /** Rows were put into it by a statement that we saw. */
  filled: boolean;
  accessMethod: string;
  tablespace?: string;
  /** Storage parameters that were set, by name. */
  options: Record<string, string>;
  comment?: boolean;
}

export interface Column extends Inherited {
  name: string;
  type: ColumnType;
  /** "not-valid": `NOT NULL … NOT VALID`, since 18. */
  notNull: boolean | "not-valid";
  default?: Node;
  generated?: "stored" | "virtual";
  generatedFrom?: Node;
  identity?: "always" | "by default";
  /** `serial` and the like. */
  serial?: boolean;
  collation?: string;
}

/** What columns and constraints of children and partitions have. */
interface Inherited {
  /** From how many parents; undefined: it is its own. */
  inherited?: number;
  /** False: it goes when the last parent's goes. */
  local?: false;
}

export interface ColumnType {
  /** Undefined for a type of pg_catalog, whose name is then the grammar's own: `int4`, `varchar`. */
  schema?: string;
  name: string;
  /** Constants as written: `varchar(10)` → [10]. */
  readonly typmods: readonly number[];
  readonly array: boolean;
}

export type ConstraintKind =
  | "check"
  | "not-null"
  | "foreign-key"
  | "unique"
  | "primary-key"
  | "exclusion";

export interface Constraint extends Inherited {
  readonly kind: ConstraintKind;
  /** As the server names it where the author did not. */
  name: string;
  valid: boolean;
  enforced: boolean;
  /** Its columns; those that the expression names, for a check. */
  columns: string[];
  expression?: Node;
  references?: { table: RelationKey; columns: string[] };
  /** The index of a unique, primary key or exclusion constraint. */
  index?: RelationKey;
  onDelete?: string;
  deferrable?: boolean;
  noInherit?: boolean;
  readonly madeIn: number;
}

export interface Index extends RelationBase {
  readonly kind: "index";
  table: RelationKey;
  columns: readonly (string | Node)[];
  /** Columns that expressions and predicate name, beside `columns`. */
  alsoUses: readonly string[];
  include: readonly string[];
  readonly unique: boolean;
  readonly nullsNotDistinct: boolean;
  predicate?: Node;
  readonly method: string;
  /** By column: where one was given. */
  readonly operatorClasses: readonly (string | undefined)[];
  readonly collations: readonly (string | undefined)[];
  /** ON ONLY a partitioned table, without the children's: not yet valid. */
  valid: boolean;
  /** The constraint that it backs. */
  constraint?: string;
  /** The parent index that it is attached to. */
  attachedTo?: RelationKey;
}

export interface View extends RelationBase {
  readonly kind: "view" | "materialized-view";
  query: Node;
  /** By name; the type is empty (`name: ""`) where only the server could tell it. */
  columns: Column[];
  /** What it reads, by relation: columns by name, or all. */
  uses: Map<RelationKey, Set<string> | "all">;
  indexes: RelationKey[];
  filled: boolean;
}

export interface OtherRelation extends RelationBase {
  readonly kind: "sequence" | "composite-type";
  /** Of a sequence: the column that owns it. */
  ownedBy?: { table: RelationKey; column: string };
  attributes?: Column[];
}

export interface Trigger {
  name: string;
  function: RelationKey;
  /** FOR EACH ROW: partitions get it, too. */
  row?: boolean;
  /** It came from the partitioned table above. */
  cloned?: boolean;
}

export type UserType =
  | {
      readonly kind: "enum";
      key: RelationKey;
      schema: string;
      name: string;
      values: string[];
      readonly madeIn: number;
    }
  | {
      readonly kind: "domain";
      key: RelationKey;
      schema: string;
      name: string;
      base: ColumnType;
      notNull: boolean;
      checks: { name: string; expression: Node; valid: boolean }[];
      default?: Node;
      readonly madeIn: number;
    }
  | {
      readonly kind: "range" | "base";
      key: RelationKey;
      schema: string;
      name: string;
      readonly madeIn: number;
    };

export type Volatility = "volatile" | "stable" | "immutable";

export interface FunctionDefinition {
  schema: string;
  name: string;
  readonly arguments: number;
  /** Of the arguments that go in: by them overloads differ. */
  readonly argumentTypes: readonly ColumnType[];
  volatility: Volatility;
  language: string;
  /**
   * What a function in SQL with one expression is: PostgreSQL puts it in the place of the call, and
   * the volatility is then that of the expression.
   */
  expression?: Node;
  returns?: ColumnType;
  readonly procedure: boolean;
  readonly madeIn: number;
}

export function emptyCatalog(searchPath: readonly string[] = ["public"]): Catalog {
  return {
    relations: new Map(),
    types: new Map(),
    functions: new Map(),
    schemas: new Set(["public"]),
    extensions: new Set(),
    searchPath,
    defaultSearchPath: searchPath,
    dependents: new Map(),
    constraintNames: new Map(),
    step: 0,
    gaps: [],
  };
}

export function keyOf(schema: string, name: string): RelationKey {
  return `${schema}\0${name}` as RelationKey;
}

/** As people write it: `orders`, `billing.orders`. */
export function written(relation: { readonly schema: string; readonly name: string }): string {
  return relation.schema === "public" ? relation.name : `${relation.schema}.${relation.name}`;
}
