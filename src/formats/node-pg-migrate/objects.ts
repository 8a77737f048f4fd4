/** What is neither a table nor a sequence: types, functions, triggers, views, policies, casts. */
import type { DropOptions } from "./tables.ts";
import {
  constant,
  ident,
  idents,
  lines,
  list,
  resolveType,
  when,
  type Name,
  type OneOrMany,
  type Shorthands,
  type Type,
} from "./names.ts";

type Settings = Readonly<Record<string, unknown>>;

export function createType(
  shorthands: Shorthands,
  name: Name,
  definition: readonly string[] | Readonly<Record<string, Type>>,
): string {
  if (Array.isArray(definition)) {
    return `CREATE TYPE ${ident(name)} AS ENUM (${definition.map(constant).join(", ")});`;
  }
  const attributes = Object.entries(definition).map(
    ([attribute, type]) => `${ident(attribute)} ${resolveType(type, shorthands).type}`,
  );
  return `CREATE TYPE ${ident(name)} AS (\n${attributes.join(",\n")}\n);`;
}

export function addTypeValue(
  name: Name,
  value: string,
  options: {
    readonly before?: string;
    readonly after?: string;
    readonly ifNotExists?: boolean;
  } = {},
): string {
  const { before, after } = options;
  if (before && after) throw new Error("`before` and `after` exclude each other.");
  const place = before ? ` BEFORE ${constant(before)}` : after ? ` AFTER ${constant(after)}` : "";
  return `ALTER TYPE ${ident(name)} ADD VALUE${when(options.ifNotExists, "IF NOT EXISTS")} ${constant(value)}${place};`;
}

export type Parameter =
  | string
  | {
      readonly type: string;
      readonly mode?: string;
      readonly name?: string;
      readonly default?: unknown;
    };

export interface FunctionOptions extends DropOptions {
  readonly replace?: boolean;
  readonly returns?: string;
  readonly language?: string;
  readonly window?: boolean;
  readonly behavior?: string;
  readonly security?: string;
  readonly onNull?: boolean;
  readonly parallel?: string;
  readonly set?: readonly { readonly configurationParameter: string; readonly value: string }[];
}

export function createFunction(
  shorthands: Shorthands,
  name: Name,
  parameters: readonly Parameter[] | undefined,
  options: FunctionOptions,
  definition: unknown,
): string {
  const { returns = "void", language, behavior = "VOLATILE", security = "INVOKER" } = options;
  if (!language) throw new Error(`The function ${ident(name)} needs a language.`);
  const words = [
    ...(behavior ? [behavior] : []),
    `LANGUAGE ${language}`,
    ...(security === "INVOKER" ? [] : [`SECURITY ${security}`]),
    ...(options.window ? ["WINDOW"] : []),
    ...(options.onNull ? ["RETURNS NULL ON NULL INPUT"] : []),
    ...(options.parallel ? [`PARALLEL ${options.parallel}`] : []),
    ...(options.set ?? []).map(({ configurationParameter, value }) =>
      value === "FROM CURRENT"
        ? `SET ${ident(configurationParameter)} FROM CURRENT`
        : `SET ${ident(configurationParameter)} TO ${value}`,
    ),
  ];
  return `CREATE${when(options.replace, "OR REPLACE")} FUNCTION ${ident(name)}${parameterList(parameters, shorthands)}
  RETURNS ${returns}
  AS ${constant(definition)}
  ${words.join("\n  ")};`;
}

export function dropFunction(
  shorthands: Shorthands,
  name: Name,
  parameters: readonly Parameter[] | undefined,
  options: DropOptions = {},
): string {
  const without = list(parameters).map((one) =>
    typeof one === "string" ? one : { ...one, default: undefined },
  );
  return `DROP FUNCTION${when(options.ifExists, "IF EXISTS")} ${ident(name)}${parameterList(without, shorthands)}${when(options.cascade, "CASCADE")};`;
}

export function parameterList(
  parameters: readonly Parameter[] | undefined,
  shorthands: Shorthands,
): string {
  const written = list(parameters).map((parameter) => {
    const resolved = resolveType(parameter, shorthands);
    const { mode, name, type, default: value } = resolved as Exclude<Parameter, string>;
    return [
      ...(mode ? [mode] : []),
      ...(name ? [ident(name)] : []),
      ...(type ? [type] : []),
      ...(value === undefined ? [] : [`DEFAULT ${constant(value)}`]),
    ].join(" ");
  });
  return `(${written.join(", ")})`;
}

export interface TriggerOptions extends FunctionOptions {
  readonly when?: string;
  readonly operation?: OneOrMany<string>;
  readonly constraint?: boolean;
  readonly function?: Name;
  readonly functionParams?: readonly unknown[];
  readonly level?: string;
  readonly condition?: string;
  readonly deferrable?: boolean;
  readonly deferred?: boolean;
}

export function createTrigger(
  shorthands: Shorthands,
  table: Name,
  name: Name,
  options: TriggerOptions,
  definition?: unknown,
): string {
  const { constraint, condition, deferrable, deferred } = options;
  const time = constraint ? "AFTER" : options.when;
  const operations = list(options.operation).join(" OR ");
  const called = options.function ?? (definition ? name : undefined);
  if (!time) throw new Error("`when` says whether the trigger is BEFORE, AFTER or INSTEAD OF.");
  if (!operations) throw new Error("`operation` says what fires the trigger.");
  if (!called) throw new Error("`function` names what the trigger calls.");
  const instead = /instead\s+of/i.test(time);
  if (instead && condition) throw new Error("An INSTEAD OF trigger has no condition.");
  const level = instead ? "ROW" : (options.level ?? "STATEMENT");
  const defer = deferrable
    ? `DEFERRABLE INITIALLY ${deferred ? "DEFERRED" : "IMMEDIATE"}`
    : "NOT DEFERRABLE";
  const trigger = [
    `CREATE${when(constraint, "CONSTRAINT")} TRIGGER ${ident(name)}`,
    `${time} ${operations} ON ${ident(table)}`,
    ...(constraint ? [defer] : []),
    `FOR EACH ${level}`,
    ...(condition ? [`WHEN (${condition})`] : []),
    `EXECUTE PROCEDURE ${ident(called)}(${list(options.functionParams).map(constant).join(", ")});`,
  ].join("\n  ");
  if (!definition) return trigger;
  const made = { ...options, returns: "trigger" };
  return `${createFunction(shorthands, called, [], made, definition)}\n${trigger}`;
}

export function dropTrigger(table: Name, name: Name, options: DropOptions = {}): string {
  return `DROP TRIGGER${when(options.ifExists, "IF EXISTS")} ${ident(name)} ON ${ident(table)}${when(options.cascade, "CASCADE")};`;
}

export interface ViewOptions {
  readonly temporary?: boolean;
  readonly replace?: boolean;
  readonly recursive?: boolean;
  readonly columns?: OneOrMany<Name>;
  readonly options?: Settings;
  readonly checkOption?: string;
}

export function createView(name: Name, options: ViewOptions, definition: string): string {
  const { columns, checkOption } = options;
  const kind =
    when(options.replace, "OR REPLACE") +
    when(options.temporary, "TEMPORARY") +
    when(options.recursive, "RECURSIVE");
  const check = when(checkOption, `WITH ${checkOption} CHECK OPTION`);
  return `CREATE${kind} VIEW ${ident(name)}${columnList(columns)}${withSettings(options.options)} AS ${definition}${check};`;
}

export function alterView(
  name: Name,
  { checkOption, options = {} }: { readonly checkOption?: string; readonly options?: Settings },
): string {
  const all = checkOption === undefined ? options : { ...options, check_option: checkOption };
  return changedSettings(all)
    .map((clause) => `ALTER VIEW ${ident(name)} ${clause};`)
    .join("\n");
}

export function alterViewColumn(
  name: Name,
  column: Name,
  { default: value }: { readonly default?: unknown },
): string {
  if (value === undefined) return "";
  const action = value === null ? "DROP DEFAULT" : `SET DEFAULT ${constant(value)}`;
  return `ALTER VIEW ${ident(name)} ALTER COLUMN ${ident(column)} ${action};`;
}

export interface MaterializedViewOptions {
  readonly ifNotExists?: boolean;
  readonly columns?: OneOrMany<Name>;
  readonly tablespace?: string;
  readonly storageParameters?: Settings;
  readonly data?: boolean;
}

export function createMaterializedView(
  name: Name,
  options: MaterializedViewOptions,
  definition: string,
): string {
  const { tablespace } = options;
  const place = tablespace ? ` TABLESPACE ${ident(tablespace)}` : "";
  return `CREATE MATERIALIZED VIEW${when(options.ifNotExists, "IF NOT EXISTS")} ${ident(name)}${columnList(options.columns)}${withSettings(options.storageParameters)}${place} AS ${definition}${withData(options.data)};`;
}

export function alterMaterializedView(
  name: Name,
  options: {
    readonly cluster?: string | null | false;
    readonly extension?: string;
    readonly storageParameters?: Settings;
  },
): string {
  const { cluster, extension } = options;
  const clauses: string[] = [];
  if (cluster) clauses.push(`CLUSTER ON ${ident(cluster)}`);
  else if (cluster !== undefined) clauses.push("SET WITHOUT CLUSTER");
  if (extension) clauses.push(`DEPENDS ON EXTENSION ${ident(extension)}`);
  clauses.push(...changedSettings(options.storageParameters ?? {}));
  return `ALTER MATERIALIZED VIEW ${ident(name)}\n${lines(clauses)};`;
}

export function refreshMaterializedView(
  name: Name,
  options: { readonly concurrently?: boolean; readonly data?: boolean } = {},
): string {
  return `REFRESH MATERIALIZED VIEW${when(options.concurrently, "CONCURRENTLY")} ${ident(name)}${withData(options.data)};`;
}

export interface PolicyOptions {
  readonly role?: OneOrMany<string>;
  readonly command?: string;
  readonly using?: string;
  readonly check?: string;
}

export function createPolicy(table: Name, name: Name, options: PolicyOptions = {}): string {
  const { role = "PUBLIC", command = "ALL" } = options;
  const clauses = [`FOR ${command}`, ...policyClauses({ ...options, role })];
  return `CREATE POLICY ${ident(name)} ON ${ident(table)} ${clauses.join(" ")};`;
}

export function alterPolicy(table: Name, name: Name, options: PolicyOptions = {}): string {
  const clauses = policyClauses(options);
  if (clauses.length === 0) throw new Error("`alterPolicy` says nothing to change.");
  return `ALTER POLICY ${ident(name)} ON ${ident(table)} ${clauses.join(" ")};`;
}

function policyClauses({ role, using, check }: PolicyOptions): string[] {
  const roles = list(role).join(", ");
  return [
    ...(roles ? [`TO ${roles}`] : []),
    ...(using ? [`USING (${using})`] : []),
    ...(check ? [`WITH CHECK (${check})`] : []),
  ];
}

export interface DomainOptions {
  readonly default?: unknown;
  readonly collation?: string;
  readonly notNull?: boolean;
  readonly allowNull?: boolean;
  readonly check?: string;
  readonly constraintName?: string;
}

export function createDomain(
  shorthands: Shorthands,
  name: Name,
  type: Type,
  options: DomainOptions = {},
): string {
  const { collation, notNull, check, constraintName } = options;
  if (notNull && check) throw new Error("`notNull` and `check` exclude each other.");
  const named = constraintName && (notNull || check) ? [`CONSTRAINT ${ident(constraintName)}`] : [];
  return `${[
    `CREATE DOMAIN ${ident(name)} AS ${resolveType(type, shorthands).type}`,
    ...(collation ? [`COLLATE ${collation}`] : []),
    ...(options.default === undefined ? [] : [`DEFAULT ${constant(options.default)}`]),
    ...named,
    ...(notNull ? ["NOT NULL"] : []),
    ...(check ? [`CHECK (${check})`] : []),
  ].join(" ")};`;
}

export function alterDomain(name: Name, options: DomainOptions): string {
  const { notNull, check, constraintName } = options;
  const actions: string[] = [];
  if (options.default === null) actions.push("DROP DEFAULT");
  else if (options.default !== undefined) actions.push(`SET DEFAULT ${constant(options.default)}`);
  if (notNull) actions.push("SET NOT NULL");
  else if (notNull === false || options.allowNull) actions.push("DROP NOT NULL");
  if (check) {
    const named = constraintName ? `CONSTRAINT ${ident(constraintName)} ` : "";
    // Without the word ADD, which the tool leaves out, the server does not take it.
    actions.push(`ADD ${named}CHECK (${check})`);
  }
  return actions.map((action) => `ALTER DOMAIN ${ident(name)} ${action};`).join("\n");
}

export function createCast(
  source: string,
  target: string,
  options: {
    readonly functionName?: Name;
    readonly argumentTypes?: readonly string[];
    readonly inout?: boolean;
    readonly as?: string;
  } = {},
): string {
  const { functionName, argumentTypes = [source], inout, as } = options;
  const how = functionName
    ? `WITH FUNCTION ${ident(functionName)}(${argumentTypes.join(", ")})`
    : inout
      ? "WITH INOUT"
      : "WITHOUT FUNCTION";
  return `CREATE CAST (${source} AS ${target}) ${how}${when(as, `AS ${as}`)};`;
}

function columnList(columns: OneOrMany<Name> | undefined): string {
  const names = idents(columns);
  return names ? `(${names})` : "";
}

function withSettings(settings: Settings = {}): string {
  const written = Object.keys(settings).map((name) => setting(name, settings[name]));
  return written.length > 0 ? ` WITH (${written.join(", ")})` : "";
}

/** `null` takes a setting back. */
function changedSettings(settings: Settings): string[] {
  const names = Object.keys(settings);
  const set = names.filter((name) => settings[name] !== null);
  const reset = names.filter((name) => settings[name] === null);
  return [
    ...(set.length > 0
      ? [`SET (${set.map((name) => setting(name, settings[name])).join(", ")})`]
      : []),
    ...(reset.length > 0 ? [`RESET (${reset.join(", ")})`] : []),
  ];
}

function setting(name: string, value: unknown): string {
  return value === true ? name : `${name} = ${String(value)}`;
}

function withData(data: boolean | undefined): string {
  return data === undefined ? "" : ` WITH${data ? "" : " NO"} DATA`;
}
