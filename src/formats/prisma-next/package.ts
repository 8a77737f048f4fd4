/**
 * One migration of Prisma 8 on disk: `migration.json` says from which contract to which it leads,
 * `ops.json` what it does. What Prisma checks when it loads them is checked here; a field that is
 * not known is refused, because it may change how an operation runs.
 */
import { createHash } from "node:crypto";
import type { JsonValue } from "../../migrations/migration.ts";
import type { Problems } from "../../migrations/problems.ts";
import type { Folder, FolderFile } from "../folder.ts";
import { readSql } from "../sql-file.ts";

export interface Step {
  readonly description: string;
  readonly sql: string;
  readonly params: readonly JsonValue[];
}

export interface Operation {
  readonly id: string;
  readonly precheck: readonly Step[];
  readonly execute: readonly Step[];
  readonly postcheck: readonly Step[];
}

export interface Package {
  /** The contract space: `app`, or the name of an extension. */
  readonly space: string;
  /** The name of the folder. */
  readonly name: string;
  /** The hash of the contract before; `empty` for the first. */
  readonly from: string;
  readonly to: string;
  readonly migrationHash: string;
  readonly invariants: readonly string[];
  readonly operations: readonly Operation[];
  readonly manifest: FolderFile;
  readonly ops: { readonly file: FolderFile; readonly bytes: Buffer; readonly json: JsonValue };
}

type Json = Readonly<Record<string, unknown>>;

export const EMPTY = "empty";
const MANIFEST = "migration.json";
const OPS = "ops.json";
const CLASSES: readonly unknown[] = ["additive", "widening", "destructive", "data"];
const PHASES = ["precheck", "execute", "postcheck"];
const OPERATION_FIELDS = [
  ..."id label summary operationClass invariantId target meta".split(" "),
  ...PHASES,
];
const AGAIN = "Restore the file from version control, or write it again with Prisma.";

/** Whether a folder is a migration, or is meant to be one. */
export function isPackage(folder: Folder, path: string): boolean {
  return folder.list(path).files.some(({ name }) => name === MANIFEST || name === OPS);
}

/** Undefined, and a problem, when anything is not as Prisma writes it. */
export function readPackage(
  folder: Folder,
  path: string,
  space: string,
  problems: Problems,
): Package | undefined {
  const { files } = folder.list(path);
  const [manifest, ops] = [MANIFEST, OPS].map((name) => files.filter((file) => file.name === name));
  const there = manifest![0] ?? ops![0];
  // Neither: `refs`, or a folder of something else, which Prisma skips.
  if (there === undefined) return undefined;
  const wrong = (file: FolderFile, what: string): undefined => {
    problems.addFile("file.invalid", file.path, `\`${file.path}\` ${what}`, AGAIN);
  };
  for (const [name, found] of [
    [MANIFEST, manifest!],
    [OPS, ops!],
  ] as const) {
    if (found.length === 0) return wrong(there, `has no \`${name}\` beside it.`);
    if (found.length > 1) return wrong(found[1]!, `and \`${found[0]!.path}\` are one migration.`);
  }
  const [manifestFile, opsFile] = [manifest![0]!, ops![0]!];
  const [manifestBytes, bytes] = [manifestFile, opsFile].map((file) =>
    readSql(folder, file, problems),
  );
  if (manifestBytes === undefined || bytes === undefined) return undefined;
  const head = parse(manifestBytes);
  if (typeof head === "string") return wrong(manifestFile, head);
  const body = parse(bytes);
  if (typeof body === "string") return wrong(opsFile, body);
  const notManifest = wrongManifest(head.value);
  if (notManifest !== undefined) return wrong(manifestFile, notManifest);
  const notOps = wrongOperations(body.value);
  if (notOps !== undefined) return wrong(opsFile, notOps);
  // The file itself is UTF-8 without zero bytes: only escapes can bring them.
  if (bytes.includes("\\u") && unstorable(body.value)) {
    return wrong(opsFile, "has a character that PostgreSQL cannot store.");
  }
  const fields = head.value as Readonly<Record<string, string>>;
  const operations = body.value as unknown as readonly (Operation & Json)[];
  const { migrationHash = "", ...rest } = fields;
  if (bare(migrationHash) !== hashOf(rest, operations)) {
    return wrong(opsFile, `does not have the \`migrationHash\` of its \`${MANIFEST}\`.`);
  }
  const given = head.value["providedInvariants"] as string[];
  const provided = new Set(operations.flatMap(({ invariantId: id }) => (id ? [id as string] : [])));
  if (JSON.stringify(given) !== JSON.stringify([...provided].toSorted())) {
    return wrong(manifestFile, "does not list the invariants that its operations provide.");
  }
  return {
    space,
    name: path.slice(path.lastIndexOf("/") + 1),
    from: contractOf(fields["from"]),
    to: contractOf(fields["to"]),
    migrationHash,
    invariants: given,
    operations: operations.map((one) => ({
      id: one.id,
      precheck: stepsOf(one.precheck),
      execute: stepsOf(one.execute),
      postcheck: stepsOf(one.postcheck),
    })),
    manifest: manifestFile,
    ops: { file: opsFile, bytes, json: body.value as JsonValue },
  };
}

/** Early versions write `sha256:` before a hash, later ones do not. */
export function bare(hash: string): string {
  return hash.replace(/^sha256:/, "");
}

function contractOf(hash: string | null | undefined): string {
  return hash == null || bare(hash) === EMPTY ? EMPTY : hash;
}

function stepsOf(steps: readonly (Omit<Step, "params"> & Partial<Step>)[]): Step[] {
  return steps.map(({ description, sql, params = [] }) => ({ description, sql, params }));
}

/** The value, or what is wrong. */
function parse(bytes: Buffer): { readonly value: Json } | string {
  try {
    return { value: JSON.parse(bytes.toString("utf8")) as Json };
  } catch (error) {
    return `is not JSON: ${(error as Error).message}.`;
  }
}

function wrongManifest(value: unknown): string | undefined {
  if (!isObject(value)) return "is not an object.";
  const { from, providedInvariants } = value;
  if (from !== null && (typeof from !== "string" || from === "")) return has("from", from);
  for (const name of ["to", "createdAt", "migrationHash"]) {
    if (typeof value[name] !== "string") return has(name, value[name]);
  }
  if (!isList(providedInvariants, (one) => typeof one === "string")) {
    return has("providedInvariants", providedInvariants);
  }
  const known = ["from", "to", "providedInvariants", "createdAt", "migrationHash"];
  return unknownField(value, known);
}

function wrongOperations(value: unknown): string | undefined {
  if (!Array.isArray(value)) return "is not a list of operations.";
  for (const [index, one] of value.entries()) {
    const why = wrongOperation(one);
    const id = isObject(one) && typeof one["id"] === "string" ? ` (\`${one["id"]}\`)` : "";
    if (why !== undefined) return `has an operation ${index + 1}${id} that ${why}`;
  }
  return undefined;
}

function wrongOperation(one: unknown): string | undefined {
  if (!isObject(one)) return "is not an object.";
  for (const name of ["id", "label"]) {
    if (typeof one[name] !== "string") return has(name, one[name]);
  }
  if (!CLASSES.includes(one["operationClass"])) return has("operationClass", one["operationClass"]);
  const { target, invariantId } = one;
  if (!isObject(target) || target["id"] !== "postgres") {
    return isObject(target)
      ? `is for \`${String(target["id"])}\` and not for \`postgres\`.`
      : has("target", target);
  }
  if (invariantId !== undefined && typeof invariantId !== "string") {
    return has("invariantId", invariantId);
  }
  for (const phase of PHASES) {
    const steps = one[phase];
    if (!isList(steps, isObject)) return has(phase, steps);
    for (const step of steps) {
      const why = wrongStep(step as Json);
      if (why !== undefined) return `in its \`${phase}\` ${why}`;
    }
  }
  return unknownField(one, OPERATION_FIELDS);
}

function wrongStep(step: Json): string | undefined {
  const { meta, params } = step;
  for (const name of ["description", "sql"]) {
    if (typeof step[name] !== "string") return has(name, step[name]);
  }
  if (isObject(meta) && "ast" in meta) {
    return "has no SQL yet: Prisma makes it of `meta.ast` when it runs.";
  }
  if (params !== undefined && !Array.isArray(params)) return has("params", params);
  return unknownField(step, ["description", "sql", "params", "meta"]);
}

/** Neither can be sent to PostgreSQL, and JSON can hold both. */
function unstorable(value: unknown): boolean {
  if (typeof value === "string") return /[\0\p{Surrogate}]/u.test(value);
  return typeof value === "object" && value !== null && Object.values(value).some(unstorable);
}

function has(name: string, value: unknown): string {
  if (value === undefined) return `has no \`${name}\`.`;
  return `has \`${JSON.stringify(value).slice(0, 40)}\` as its \`${name}\`.`;
}

function unknownField(value: Json, known: readonly string[]): string | undefined {
  const other = Object.keys(value).find((name) => !known.includes(name));
  return other === undefined ? undefined : `has a field \`${other}\`, which is not known.`;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown, is: (one: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(is);
}

/** As Prisma hashes a migration: JSON with sorted keys, each part by itself and then the pair. */
function hashOf(manifest: unknown, operations: unknown): string {
  return sha256(canonical([manifest, operations].map((part) => sha256(canonical(part)))));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function canonical(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(value).toSorted()) {
    if (key === "__proto__")
      Object.defineProperty(result, key, { value: sorted(value[key]), enumerable: true });
    else result[key] = sorted(value[key]);
  }
  return result;
}
