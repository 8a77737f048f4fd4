/** Roles and what is granted to them. */
import { constant, ident, idents, list, when, type Name, type OneOrMany } from "./names.ts";

export interface RoleOptions {
  readonly superuser?: boolean;
  readonly createdb?: boolean;
  readonly createrole?: boolean;
  readonly inherit?: boolean;
  readonly login?: boolean;
  readonly replication?: boolean;
  readonly bypassrls?: boolean;
  readonly limit?: number;
  readonly password?: unknown;
  readonly valid?: unknown;
  readonly inRole?: OneOrMany<string>;
  readonly role?: OneOrMany<string>;
  readonly admin?: OneOrMany<string>;
}

const SWITCHES = [
  "superuser",
  "createdb",
  "createrole",
  "inherit",
  "login",
  "replication",
  "bypassrls",
] as const;

export function createRole(name: Name, options: RoleOptions = {}): string {
  const all = {
    ...options,
    superuser: options.superuser || false,
    createdb: options.createdb || false,
    createrole: options.createrole || false,
    inherit: options.inherit !== false,
    login: options.login || false,
    replication: options.replication || false,
  };
  return `CREATE ROLE ${ident(name)} WITH ${roleWords(all)};`;
}

export function alterRole(name: Name, options: RoleOptions = {}): string {
  const words = roleWords(options);
  return words ? `ALTER ROLE ${ident(name)} WITH ${words};` : "";
}

function roleWords(options: RoleOptions): string {
  const words = SWITCHES.flatMap((name) =>
    options[name] === undefined ? [] : [`${options[name] ? "" : "NO"}${name.toUpperCase()}`],
  );
  if (options.limit) words.push(`CONNECTION LIMIT ${options.limit}`);
  if (options.password !== undefined) words.push(`PASSWORD ${constant(options.password)}`);
  if (options.valid !== undefined) {
    words.push(`VALID UNTIL ${options.valid ? constant(options.valid) : "'infinity'"}`);
  }
  for (const [word, names] of [
    ["IN ROLE", options.inRole],
    ["ROLE", options.role],
    ["ADMIN", options.admin],
  ] as const) {
    if (list(names).length > 0) words.push(`${word} ${list(names).join(", ")}`);
  }
  return words.join(" ");
}

interface Grant {
  readonly privileges: OneOrMany<string>;
  readonly roles: OneOrMany<Name>;
  readonly withGrantOption?: boolean;
  readonly onlyGrantOption?: boolean;
  readonly cascade?: boolean;
}

export type TableGrant = Grant &
  ({ readonly tables: OneOrMany<Name> } | { readonly schema: string });

export type SchemaGrant = Grant & { readonly schemas: OneOrMany<string> };

export function grant(on: string, options: Grant): string {
  return `GRANT ${privileges(options)} ON ${on} TO ${roles(options)}${when(options.withGrantOption, "WITH GRANT OPTION")};`;
}

export function revoke(on: string, options: Grant): string {
  return `REVOKE${when(options.onlyGrantOption, "GRANT OPTION FOR")} ${privileges(options)} ON ${on} FROM ${roles(options)}${when(options.cascade, "CASCADE")};`;
}

export function onTables(options: TableGrant): string {
  return "schema" in options
    ? `ALL TABLES IN SCHEMA ${ident(options.schema)}`
    : idents(options.tables);
}

export function onSchemas({ schemas }: SchemaGrant): string {
  return `SCHEMA ${idents(schemas)}`;
}

export function grantRoles(
  given: OneOrMany<Name>,
  to: OneOrMany<Name>,
  options: { readonly withAdminOption?: boolean } = {},
): string {
  return `GRANT ${idents(given)} TO ${idents(to)}${when(options.withAdminOption, "WITH ADMIN OPTION")};`;
}

export function revokeRoles(
  taken: OneOrMany<Name>,
  from: OneOrMany<Name>,
  options: { readonly onlyAdminOption?: boolean; readonly cascade?: boolean } = {},
): string {
  return `REVOKE${when(options.onlyAdminOption, "ADMIN OPTION FOR")} ${idents(taken)} FROM ${idents(from)}${when(options.cascade, "CASCADE")};`;
}

function privileges(options: Grant): string {
  return list(options.privileges).map(String).join(", ");
}

function roles(options: Grant): string {
  return list(options.roles)
    .map((role) => (role === "PUBLIC" ? role : ident(role)))
    .join(", ");
}
