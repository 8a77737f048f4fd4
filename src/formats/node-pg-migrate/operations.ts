/**
 * The calls of `pgm`, by name: what each writes, and what takes it back where the tool can say that
 * without being told. Where a name has no `back`, a migration without `down` cannot be reversed.
 */
import { createIndex, dropIndex } from "./indexes.ts";
import {
  constant,
  ident,
  isNamed,
  list,
  resolveType,
  when,
  type Name,
  type OneOrMany,
  type Shorthands,
  type Type,
} from "./names.ts";
import * as objects from "./objects.ts";
import * as roles from "./roles.ts";
import { alterSequence, createSequence } from "./sequences.ts";
import * as tables from "./tables.ts";
import type { DropOptions } from "./tables.ts";

type Write = (...args: never[]) => OneOrMany<string>;

export interface Operation {
  readonly write: Write;
  readonly back?: Write;
}

export function operations(shorthands: Shorthands): ReadonlyMap<string, Operation> {
  const all: Record<string, Operation> = {
    ...tableCalls(shorthands),
    ...typeCalls(shorthands),
    ...objectCalls(shorthands),
    ...roleCalls(),
    sql: { write: template },
  };
  // Other names for the same.
  for (const [alias, name] of Object.entries({
    addColumn: "addColumns",
    dropColumn: "dropColumns",
    createConstraint: "addConstraint",
    addType: "createType",
    addIndex: "createIndex",
    addExtension: "createExtension",
  })) {
    all[alias] = all[name]!;
  }
  return new Map(Object.entries(all));
}

function tableCalls(shorthands: Shorthands): Record<string, Operation> {
  const dropTable = drop("TABLE");
  return {
    createTable: { write: tables.createTable.bind(null, shorthands), back: first(dropTable) },
    dropTable: { write: dropTable },
    renameTable: rename("TABLE"),
    alterTable: { write: tables.alterTable },
    addColumns: { write: tables.addColumns.bind(null, shorthands), back: tables.dropColumns },
    dropColumns: { write: tables.dropColumns },
    renameColumn: renamePart("TABLE", "COLUMN"),
    alterColumn: { write: tables.alterColumn.bind(null, shorthands) },
    addConstraint: {
      write: tables.addConstraint,
      back: (table: Name, name: string | null, definition: string | tables.Constraints) => {
        if (!name || typeof definition === "string") {
          throw new Error(
            "`addConstraint` is only reversed with a name and options; SQL text is not looked into.",
          );
        }
        return tables.dropConstraint(table, name);
      },
    },
    dropConstraint: { write: tables.dropConstraint },
    renameConstraint: renamePart("TABLE", "CONSTRAINT"),
    createIndex: { write: createIndex, back: dropIndex },
    dropIndex: { write: dropIndex },
    renameIndex: rename("INDEX"),
    createSequence: {
      write: createSequence.bind(null, shorthands),
      back: drop("SEQUENCE"),
    },
    dropSequence: { write: drop("SEQUENCE") },
    alterSequence: { write: alterSequence.bind(null, shorthands) },
    renameSequence: rename("SEQUENCE"),
    createPolicy: { write: objects.createPolicy, back: dropPolicy },
    dropPolicy: { write: dropPolicy },
    alterPolicy: { write: objects.alterPolicy },
    renamePolicy: renameOn("POLICY"),
  };
}

function typeCalls(shorthands: Shorthands): Record<string, Operation> {
  const typeOf = (type: Type): string => resolveType(type, shorthands).type;
  const dropType = drop("TYPE");
  const dropAttribute = (
    type: Name,
    attribute: string,
    { ifExists = false }: DropOptions = {},
  ): string =>
    `ALTER TYPE ${ident(type)} DROP ATTRIBUTE ${ifExists ? "IF EXISTS " : ""}${ident(attribute)};`;
  const renameValue = (type: Name, value: string, other: string): string =>
    `ALTER TYPE ${ident(type)} RENAME VALUE ${constant(value)} TO ${constant(other)};`;
  return {
    createType: { write: objects.createType.bind(null, shorthands), back: first(dropType) },
    dropType: { write: dropType },
    renameType: rename("TYPE"),
    addTypeValue: { write: objects.addTypeValue },
    renameTypeValue: {
      write: renameValue,
      back: (type: Name, value: string, other: string) => renameValue(type, other, value),
    },
    addTypeAttribute: {
      write: (type: Name, attribute: string, definition: Type) =>
        `ALTER TYPE ${ident(type)} ADD ATTRIBUTE ${ident(attribute)} ${typeOf(definition)};`,
      back: (type: Name, attribute: string) => dropAttribute(type, attribute),
    },
    dropTypeAttribute: { write: dropAttribute },
    setTypeAttribute: {
      write: (type: Name, attribute: string, definition: Type) =>
        `ALTER TYPE ${ident(type)} ALTER ATTRIBUTE ${ident(attribute)} SET DATA TYPE ${typeOf(definition)};`,
    },
    renameTypeAttribute: renamePart("TYPE", "ATTRIBUTE"),
    createDomain: {
      write: objects.createDomain.bind(null, shorthands),
      back: (name: Name, _type: Type, options?: DropOptions) => drop("DOMAIN")(name, options),
    },
    dropDomain: { write: drop("DOMAIN") },
    alterDomain: { write: objects.alterDomain },
    renameDomain: rename("DOMAIN"),
    createCast: { write: objects.createCast, back: dropCast },
    dropCast: { write: dropCast },
  };
}

function objectCalls(shorthands: Shorthands): Record<string, Operation> {
  const dropFunction = objects.dropFunction.bind(null, shorthands);
  const renameFunction = (
    name: Name,
    parameters: readonly objects.Parameter[] | undefined,
    other: Name,
  ): string =>
    `ALTER FUNCTION ${ident(name)}${objects.parameterList(parameters, shorthands)} RENAME TO ${ident(other)};`;
  const dropExtension = (names: OneOrMany<Name>, options: DropOptions = {}): string[] =>
    list(names).map((name) => drop("EXTENSION")(name, options));
  return {
    createExtension: {
      write: (
        names: OneOrMany<Name>,
        options: { readonly ifNotExists?: boolean; readonly schema?: string } = {},
      ) =>
        list(names).map(
          (name) =>
            `CREATE EXTENSION${when(options.ifNotExists, "IF NOT EXISTS")} ${ident(name)}${options.schema ? ` SCHEMA ${ident(options.schema)}` : ""};`,
        ),
      back: dropExtension,
    },
    dropExtension: { write: dropExtension },
    createSchema: {
      write: (
        name: Name,
        options: { readonly ifNotExists?: boolean; readonly authorization?: string } = {},
      ) =>
        `CREATE SCHEMA${when(options.ifNotExists, "IF NOT EXISTS")} ${ident(name)}${when(options.authorization, `AUTHORIZATION ${options.authorization}`)};`,
      back: drop("SCHEMA"),
    },
    dropSchema: { write: drop("SCHEMA") },
    renameSchema: rename("SCHEMA"),
    createFunction: { write: objects.createFunction.bind(null, shorthands), back: dropFunction },
    dropFunction: { write: dropFunction },
    renameFunction: {
      write: renameFunction,
      back: (name: Name, parameters: readonly objects.Parameter[] | undefined, other: Name) =>
        renameFunction(other, parameters, name),
    },
    createTrigger: {
      write: objects.createTrigger.bind(null, shorthands),
      back: (
        table: Name,
        name: Name,
        options: objects.TriggerOptions,
        definition?: unknown,
      ): string =>
        // One text, because several of a call are taken back in the reverse order.
        [
          objects.dropTrigger(table, name, options),
          ...(definition ? [dropFunction(options.function ?? name, [], options)] : []),
        ].join("\n"),
    },
    dropTrigger: { write: objects.dropTrigger },
    renameTrigger: renameOn("TRIGGER"),
    createView: { write: objects.createView, back: drop("VIEW") },
    dropView: { write: drop("VIEW") },
    alterView: { write: objects.alterView },
    alterViewColumn: { write: objects.alterViewColumn },
    renameView: rename("VIEW"),
    createMaterializedView: {
      write: objects.createMaterializedView,
      back: drop("MATERIALIZED VIEW"),
    },
    dropMaterializedView: { write: drop("MATERIALIZED VIEW") },
    alterMaterializedView: { write: objects.alterMaterializedView },
    refreshMaterializedView: {
      write: objects.refreshMaterializedView,
      back: objects.refreshMaterializedView,
    },
    renameMaterializedView: rename("MATERIALIZED VIEW"),
    renameMaterializedViewColumn: renamePart("MATERIALIZED VIEW", "COLUMN"),
  };
}

function roleCalls(): Record<string, Operation> {
  const dropRole = (name: Name, { ifExists = false }: DropOptions = {}): string =>
    drop("ROLE")(name, { ifExists });
  const revokeTables = (options: roles.TableGrant): string =>
    roles.revoke(roles.onTables(options), options);
  const revokeSchemas = (options: roles.SchemaGrant): string =>
    roles.revoke(roles.onSchemas(options), options);
  return {
    createRole: { write: roles.createRole, back: dropRole },
    dropRole: { write: dropRole },
    alterRole: { write: roles.alterRole },
    renameRole: rename("ROLE"),
    grantRoles: { write: roles.grantRoles, back: roles.revokeRoles },
    revokeRoles: { write: roles.revokeRoles },
    grantOnTables: {
      write: (options: roles.TableGrant) => roles.grant(roles.onTables(options), options),
      back: revokeTables,
    },
    revokeOnTables: { write: revokeTables },
    grantOnSchemas: {
      write: (options: roles.SchemaGrant) => roles.grant(roles.onSchemas(options), options),
      back: revokeSchemas,
    },
    revokeOnSchemas: { write: revokeSchemas },
  };
}

function drop(kind: string): (name: Name, options?: DropOptions) => string {
  return (name, { ifExists = false, cascade = false } = {}) =>
    `DROP ${kind}${when(ifExists, "IF EXISTS")} ${ident(name)}${when(cascade, "CASCADE")};`;
}

/** The second argument of the call is no option of the way back. */
function first(write: (name: Name) => string): Write {
  return (name: Name) => write(name);
}

function rename(kind: string): Operation {
  const write = (name: Name, other: Name): string =>
    `ALTER ${kind} ${ident(name)} RENAME TO ${ident(other)};`;
  // Back from another schema's table the new name stands where the old one did.
  return {
    write,
    back: (name: Name, other: Name) => write(inSameSchema(name, other), plain(name)),
  };
}

function renamePart(kind: string, part: string): Operation {
  const write = (name: Name, one: Name, other: Name): string =>
    `ALTER ${kind} ${ident(name)} RENAME ${part} ${ident(one)} TO ${ident(other)};`;
  return { write, back: (name: Name, one: Name, other: Name) => write(name, other, one) };
}

/** Of what has its name on a table only. */
function renameOn(kind: string): Operation {
  const write = (table: Name, one: Name, other: Name): string =>
    `ALTER ${kind} ${ident(one)} ON ${ident(table)} RENAME TO ${ident(other)};`;
  return { write, back: (table: Name, one: Name, other: Name) => write(table, other, one) };
}

function inSameSchema(name: Name, other: Name): Name {
  if (!isNamed(name) || name.schema === undefined || typeof other !== "string") return other;
  return { schema: name.schema, name: other };
}

/** RENAME TO takes a name without its schema. */
function plain(name: Name): Name {
  return isNamed(name) ? name.name : name;
}

function dropPolicy(table: Name, name: Name, { ifExists = false }: DropOptions = {}): string {
  return `DROP POLICY${when(ifExists, "IF EXISTS")} ${ident(name)} ON ${ident(table)};`;
}

function dropCast(source: string, target: string, { ifExists = false }: DropOptions = {}): string {
  return `DROP CAST${when(ifExists, "IF EXISTS")} (${source} AS ${target});`;
}

/** `{name}` becomes an identifier for text and for `{ schema, name }`, and a constant for the rest. */
function template(text: string, values: Readonly<Record<string, unknown>> = {}): string {
  let sql = text;
  for (const [name, value] of Object.entries(values)) {
    const isName = typeof value === "string" || isNamed(value);
    const written = value === undefined ? "" : isName ? ident(value) : constant(value);
    sql = sql.replaceAll(`{${name}}`, () => written);
  }
  return sql.endsWith(";") ? sql : `${sql};`;
}
